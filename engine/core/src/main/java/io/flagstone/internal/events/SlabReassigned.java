// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** The event that a size class gave up a slab. */
@Name("flagstone.SlabReassigned")
@Label("Slab Reassigned")
@Description("A size class gave up a slab for other size classes")
final class SlabReassigned extends SegmentEvent {
    @Label("Donor's Chunks")
    @Description("The chunk length of the size class that gave up the slab")
    @DataAmount
    int donorChunkBytes;

    SlabReassigned() {}
}
