// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.internal.KeySlots;

/**
 * Neighbouring slots.
 *
 * @param first the first slot, 0 to 16 383.
 * @param last the last slot, not before the first.
 */
public record SlotRange(int first, int last) {
    /**
     * Checks the slots.
     *
     * @param first the first slot.
     * @param last the last slot.
     * @throws IllegalArgumentException if a slot is outside its limits.
     */
    public SlotRange {
        if (first < 0 || last < first || last >= KeySlots.COUNT) {
            throw new IllegalArgumentException(
                    "slots must be between 0 and "
                            + (KeySlots.COUNT - 1)
                            + ", the first not after the last: first="
                            + first
                            + ", last="
                            + last);
        }
    }

    /**
     * Returns the number of slots.
     *
     * @return 1 to 16 384.
     */
    public int size() {
        return last - first + 1;
    }

    @Override
    public String toString() {
        return first + "-" + last;
    }
}
