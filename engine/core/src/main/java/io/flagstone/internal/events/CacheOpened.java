// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A cache that was built, from the asking for its memory on. */
@Name("flagstone.CacheOpened")
@Label("Cache Opened")
@Category("Flagstone")
@Description("A cache took its memory, and touched all of it")
public final class CacheOpened extends Event {
    @Label("Cache")
    @Description("What events of its segments name it by")
    long cache;

    @Label("Memory")
    @DataAmount
    long memoryBytes;

    @Label("Segments")
    int segments;

    /** Begins now. */
    public CacheOpened() {
        begin();
    }

    /**
     * The cache is there.
     *
     * @param id what it is named by.
     * @param bytes its memory.
     * @param count its segments.
     */
    public void finish(long id, long bytes, int count) {
        cache = id;
        memoryBytes = bytes;
        segments = count;
        commit();
    }
}
