// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

/**
 * The layout of a timing wheel.
 *
 * <pre>
 *  +--------+---------+--------------+-------------------------------------+
 *  | offset |   bytes | timing wheel |                                     |
 *  +--------+---------+--------------+-------------------------------------+
 *  |      0 |       8 | CURRENT_TICK |                                     |
 *  |      8 |       8 | QUIET_UNTIL  | nanoseconds; nothing is due before  |
 *  |     16 |       4 | ARMED        | entries in the wheel                |
 *  |     20 |       4 | unused       |                                     |
 *  |     24 |   9 x 8 | OCCUPANCY    | of levels 0 to 8, one bit per slot  |
 *  |     96 | 576 x 4 | SLOTS        | the first entries of slots 0 to 575 |
 *  +--------+---------+--------------+-------------------------------------+
 *  |   2400 |         | LENGTH       |                                     |
 *  +--------+---------+--------------+-------------------------------------+
 * </pre>
 *
 * <p>Slot {@code 64 * level + i} is slot i of its level. A slot of level L spans 64<sup>L</sup>
 * ticks. With ticks of a microsecond or more, nine levels span every deadline that a {@code long}
 * of nanoseconds can hold.
 */
final class WheelDescriptor {
    static final int LEVELS = 9;
    static final int LEVEL_SHIFT = 6;
    static final int SLOTS_PER_LEVEL = 1 << LEVEL_SHIFT;
    static final int SLOT_MASK = SLOTS_PER_LEVEL - 1;

    static final int CURRENT_TICK = 0;
    static final int QUIET_UNTIL = CURRENT_TICK + Long.BYTES;
    static final int ARMED = QUIET_UNTIL + Long.BYTES;
    static final int OCCUPANCY = ARMED + 2 * Integer.BYTES;
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
