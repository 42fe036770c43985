// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The event that a cache was built. Starts before its memory is allocated. */
@Name("flagstone.CacheOpened")
@Label("Cache Opened")
@Category("Flagstone")
@Description("A cache allocated its memory and touched all of it")
final class CacheOpened extends Event {
    @Label("Cache")
    @Description("The cache's id in the events of its segments")
    long cache;

    @Label("Memory")
    @DataAmount
    long memoryBytes;

    @Label("Segments")
    int segments;

    CacheOpened() {}

    /** Creates an event that begins now. */
    static CacheOpened begun() {
        final CacheOpened event = new CacheOpened();
        event.begin();
        return event;
    }

    /** Ends and commits the event. */
    void finish(long id, long bytes, int count) {
        cache = id;
        memoryBytes = bytes;
        segments = count;
        commit();
    }
}
