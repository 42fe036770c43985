// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** The event that a write or duty cycle reclaimed expired entries. */
@Name("flagstone.ExpiryRun")
@Label("Expiry Run")
@Description(
        "A write or duty cycle reclaimed expired entries, or moved entries within the timing wheel")
@Threshold("20 us")
public final class ExpiryRun extends SegmentEvent {
    @Label("Steps")
    @Description("Entries reclaimed or moved")
    int steps;

    ExpiryRun() {}

    /**
     * Ends the run and commits the event.
     *
     * @param taken the number of entries reclaimed or moved.
     */
    public void finish(int taken) {
        end();
        if (shouldCommit()) {
            steps = taken;
            commit();
        }
    }
}
