// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The event that a cache was closed. */
@Name("flagstone.CacheClosed")
@Label("Cache Closed")
@Category("Flagstone")
@Description("A cache was closed. Its memory is freed once no thread uses it")
final class CacheClosed extends Event {
    @Label("Cache")
    long cache;

    private CacheClosed() {}

    /** Commits the event. */
    static void tell(long id) {
        final CacheClosed event = new CacheClosed();
        event.cache = id;
        event.commit();
    }
}
