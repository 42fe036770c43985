// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** What all events of a segment have in common: whose they are. */
@Category("Flagstone")
@StackTrace(false)
abstract class SegmentEvent extends Event {
    @Label("Cache")
    @Description("The id that the event of the cache's opening has")
    long cache;

    @Label("Segment")
    int segment;
}
