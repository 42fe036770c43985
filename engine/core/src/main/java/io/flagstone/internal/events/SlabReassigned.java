// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** A slab that a size class gave up. */
@Name("flagstone.SlabReassigned")
@Label("Slab Reassigned")
@Description("A size class gave up a slab for others")
final class SlabReassigned extends SegmentEvent {
    @Label("Donor's Chunks")
    @Description("The size class that gave it")
    @DataAmount
    int donorChunkBytes;

    SlabReassigned() {}
}
