// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** The event that a write made room for an entry. */
@Name("flagstone.EvictionRun")
@Label("Eviction Run")
@Description("A write made room for an entry: it evicted entries, or moved them to free a slab")
@Threshold("20 us")
public final class EvictionRun extends SegmentEvent {
    @Label("Evictions")
    long evictions;

    @Label("Moves")
    @Description("Entries moved so that their slab could go to another size class")
    long moves;

    EvictionRun() {}

    /**
     * Ends the run, and commits the event if entries were evicted or moved.
     *
     * @param evicted the number of entries evicted.
     * @param moved the number of entries moved.
     */
    public void finish(long evicted, long moved) {
        end();
        if (evicted + moved > 0 && shouldCommit()) {
            evictions = evicted;
            moves = moved;
            commit();
        }
    }
}
