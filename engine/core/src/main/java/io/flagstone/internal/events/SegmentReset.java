// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The event that a segment was emptied because it might be damaged. */
@Name("flagstone.SegmentReset")
@Label("Segment Reset")
@Description("An Error ended an operation that was changing a segment, and the segment was emptied")
final class SegmentReset extends SegmentEvent {
    @Label("Entries")
    @Description("The entries that were lost")
    long entries;

    SegmentReset() {}
}
