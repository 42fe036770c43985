// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** The base of the events of a segment: its cache and number. */
@Category("Flagstone")
@StackTrace(false)
abstract class SegmentEvent extends Event {
    @Label("Cache")
    @Description("The id in the cache's Cache Opened event")
    long cache;

    @Label("Segment")
    int segment;
}
