// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A cache that was closed. */
@Name("flagstone.CacheClosed")
@Label("Cache Closed")
@Category("Flagstone")
@Description("A cache was closed; its memory goes once no thread can be inside")
public final class CacheClosed extends Event {
    @Label("Cache")
    long cache;

    private CacheClosed() {}

    /**
     * Tells of it.
     *
     * @param id what its opening named it by.
     */
    public static void tell(long id) {
        final CacheClosed event = new CacheClosed();
        event.cache = id;
        event.commit();
    }
}
