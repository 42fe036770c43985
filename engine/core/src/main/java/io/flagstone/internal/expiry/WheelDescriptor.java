// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

/**
 * The layout of a timing wheel.
 *
 * <pre>
 *  +--------+-------+--------------+-----------------------------------------+
 *  | offset | bytes | timing wheel |                                         |
 *  +--------+-------+--------------+-----------------------------------------+
 *  |      0 |     8 | CURRENT_TICK |                                         |
 *  |      8 |     8 | QUIET_UNTIL  | nanoseconds; nothing is due before      |
 *  |     16 |     4 | ARMED        | entries in the wheel                    |
 *  |     20 |     4 | unused       |                                         |
 *  |     24 |   8 L | OCCUPANCY    | of levels 0 to L - 1, one bit per slot  |
 *  |        | 4 L P | slotsStart   | the first entries of slots 0 to L P - 1 |
 *  +--------+-------+--------------+-----------------------------------------+
 *  |        |       | wheelLength  |                                         |
 *  +--------+-------+--------------+-----------------------------------------+
 * </pre>
 *
 * <p>L is the number of levels and P the number of slots of a level, a power of two. Slot {@code P
 * * level + i} is slot i of its level. A slot of level l spans P<sup>l</sup> ticks. With ticks of a
 * microsecond or more, a deadline in nanoseconds has ticks of at most 54 bits. So nine levels of 64
 * slots or eighteen levels of 8 slots span every deadline that a {@code long} can hold.
 */
final class WheelDescriptor {
    /** The bits of the largest tick: 2<sup>63</sup> nanoseconds in ticks of a microsecond. */
    private static final int TICK_BITS = 54;

    static final int CURRENT_TICK = 0;
    static final int QUIET_UNTIL = CURRENT_TICK + Long.BYTES;
    static final int ARMED = QUIET_UNTIL + Long.BYTES;
    static final int OCCUPANCY = ARMED + 2 * Integer.BYTES;

    private WheelDescriptor() {}

    /** Returns the number of levels of {@code 1 << levelBits} slots. */
    static int levels(int levelBits) {
        return (TICK_BITS + levelBits - 1) / levelBits;
    }

    /** Returns the offset of the first slot. */
    static int slotsStart(int levelBits) {
        return OCCUPANCY + levels(levelBits) * Long.BYTES;
    }

    /** Returns the bytes of a wheel. */
    static int wheelLength(int levelBits) {
        return slotsStart(levelBits) + (levels(levelBits) << levelBits) * Integer.BYTES;
    }

    static int occupancy(int start, int level) {
        return start + OCCUPANCY + level * Long.BYTES;
    }

    /** Returns the cell of a slot, given the offset of the first one. */
    static int slot(int slots, int slot) {
        return slots + slot * Integer.BYTES;
    }
}
