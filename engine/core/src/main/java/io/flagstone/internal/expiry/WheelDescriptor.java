// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

/**
 * The layout of a timing wheel.
 *
 * <pre>
 *  +------------------------------------------+
 *  |  Current Tick (64 bits)                  |    0
 *  +------------------------------------------+
 *  |  Quiet Until, nanoseconds (64 bits)      |    8
 *  +------------------------------------------+
 *  |  Armed (32 bits)    |                    |   16
 *  +---------------------+--------------------+
 *  |  Occupancy of level 0 ... 8, 64 bits     |   24
 *  +------------------------------------------+
 *  |  First entry of slot 0 ... 575, 32 bits  |   96
 *  +------------------------------------------+
 * </pre>
 *
 * <p>Slot {@code 64 * level + i} is the i-th of its level. A slot of level L spans 64<sup>L</sup>
 * ticks; nine levels span every deadline a {@code long} of nanoseconds can hold at ticks of a
 * microsecond or more.
 */
final class WheelDescriptor {
    static final int LEVELS = 9;
    static final int LEVEL_SHIFT = 6;
    static final int SLOTS_PER_LEVEL = 1 << LEVEL_SHIFT;
    static final int SLOT_MASK = SLOTS_PER_LEVEL - 1;

    static final int CURRENT_TICK = 0;
    static final int QUIET_UNTIL = 8;
    static final int ARMED = 16;
    static final int OCCUPANCY = 24;
    static final int SLOTS = OCCUPANCY + LEVELS * Long.BYTES;
    static final int LENGTH = SLOTS + LEVELS * SLOTS_PER_LEVEL * Integer.BYTES;

    private WheelDescriptor() {}

    static int occupancy(int start, int level) {
        return start + OCCUPANCY + level * Long.BYTES;
    }

    static int slot(int start, int slot) {
        return start + SLOTS + slot * Integer.BYTES;
    }
}
