// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.MultisetHash;
import io.flagstone.internal.memory.Region;

/**
 * Checks that the slots of a {@link TimingWheel} hold exactly the entries with a deadline that it
 * is given, in any order, and follows no link: the pairs (entry, next) must be the pairs (previous,
 * entry); see {@link MultisetHash}.
 *
 * <p>It does not check that an entry is in the slot of its deadline. In another slot, its memory
 * would be reclaimed late.
 */
public final class WheelCheck {
    private final Region region;
    private final TimingWheel wheel;
    private long forward;
    private long backward;
    private int filed;
    private int heads;
    private boolean possible = true;

    /** Begins a check. */
    public WheelCheck(TimingWheel wheel) {
        this.region = wheel.region();
        this.wheel = wheel;
    }

    /** Adds an entry. */
    public void add(int entry) {
        final int previous = EntryDescriptor.wheelPrevious(region, entry);
        final boolean expires =
                EntryDescriptor.deadline(region, entry) != EntryDescriptor.NO_DEADLINE;
        possible &= expires == (previous != Region.NONE);
        if (previous == Region.NONE) {
            return;
        }
        filed++;
        final int next = EntryDescriptor.wheelNext(region, entry);
        if (next != Region.NONE) {
            forward += MultisetHash.of(entry, next);
        }
        if (previous > 0) {
            backward += MultisetHash.of(previous, entry);
        } else {
            heads++;
            possible &= wheel.isFirst(~previous, entry);
        }
    }

    /** Returns whether the slots are those of the entries. */
    public boolean holds() {
        return possible
                && forward == backward
                && wheel.armed() == filed
                && wheel.occupiedSlots() == heads;
    }
}
