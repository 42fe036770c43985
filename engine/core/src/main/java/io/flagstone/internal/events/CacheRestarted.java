// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The event that a cache with a directory, or with a checkpoint to restore, began. */
@Name("flagstone.CacheRestarted")
@Label("Cache Restarted")
@Category("Flagstone")
@Description("A cache continued from files, or began empty although it has a directory")
final class CacheRestarted extends Event {
    @Label("Cache")
    @Description("The id in the cache's Cache Opened event")
    long cache;

    @Label("Kind")
    @Description("COLD, WARM, RECOVERED, MIGRATED or RESTORED")
    String kind;

    @Label("Reason")
    String reason;

    @Label("Kept Entries")
    long kept;

    private CacheRestarted() {}

    /** Commits the event. */
    static void tell(long id, String how, String why, long entries) {
        final CacheRestarted event = new CacheRestarted();
        event.cache = id;
        event.kind = how;
        event.reason = why;
        event.kept = entries;
        event.commit();
    }
}
