// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

import static io.flagstone.internal.expiry.WheelDescriptor.ARMED;
import static io.flagstone.internal.expiry.WheelDescriptor.CURRENT_TICK;
import static io.flagstone.internal.expiry.WheelDescriptor.QUIET_UNTIL;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import java.util.BitSet;

/**
 * A hierarchical timing wheel over intrusive doubly-linked slots (Varghese, Lauck: Hashed and
 * Hierarchical Timing Wheels, SOSP 1987). Each level has an occupancy bitmap, so the wheel skips
 * any length of empty time in at most as many steps as there are levels.
 *
 * <p>A tick is split into digits, of six bits in a wheel with 64 slots a level. The highest digit
 * in which the deadline's tick differs from the current tick is the entry's level. When the current
 * tick reaches a slot of a level above 0, its entries are filed again at lower levels. Entries in a
 * slot of level 0 are due.
 *
 * <p>The wheel only determines when memory is reclaimed. The deadline alone determines whether an
 * entry has expired. That allows three simplifications:
 *
 * <ul>
 *   <li>A deadline is rounded up to a tick, so every entry that the wheel calls due has expired.
 *   <li>If a deadline is extended, the entry stays in its slot and is filed again when its slot is
 *       reached. So renewing a deadline costs one write.
 *   <li>{@link #poll} handles one entry per call, due or moved, and the next call continues from
 *       there. So many entries may expire in the same tick without a latency spike.
 * </ul>
 *
 * <p>Invariants, which {@link #audit} checks: each armed entry is in exactly one slot; the slot
 * begins no later than the deadline's tick and no earlier than the slot of the current tick; a
 * level's bitmap marks exactly its non-empty slots.
 *
 * <p>Times are nanoseconds since the cache was built and never negative. Guarded by the segment's
 * lock. Every operation except {@link #audit} takes a number of steps bounded by the number of
 * levels and allocates nothing.
 */
public final class TimingWheel {
    /** Returned by {@link #poll} if nothing is due. */
    public static final int NOTHING_DUE = 0;

    /** Returned by {@link #poll} if it moved an entry to another slot. */
    public static final int MOVED = -1;

    /** The bits of a level of 64 slots, for regions in which {@link #length} matters little. */
    public static final int WIDE = 6;

    /** The bits of a level of 8 slots, for small regions. There are twice as many levels. */
    public static final int NARROW = 3;

    private final Region region;
    private final int start;
    private final int slots;
    private final int levels;
    private final int levelBits;
    private final int slotMask;
    private final long tickNs;

    /**
     * Creates an empty wheel over zeroed memory from {@code start}, a multiple of 8.
     *
     * @param levelBits the binary logarithm of the number of slots of a level, 1 to 6.
     */
    public TimingWheel(Region region, int start, int levelBits, long tickNs) {
        this.region = region;
        this.start = start;
        this.slots = start + WheelDescriptor.slotsStart(levelBits);
        this.levels = WheelDescriptor.levels(levelBits);
        this.levelBits = levelBits;
        this.slotMask = (1 << levelBits) - 1;
        this.tickNs = tickNs;
    }

    /** Empties the wheel, whatever it holds. Its entries must be marked as unfiled. */
    public void restart() {
        region.zero(start, length(levelBits));
    }

    /** Returns the bytes that a wheel needs. */
    public static int length(int levelBits) {
        return WheelDescriptor.wheelLength(levelBits);
    }

    /** Returns the most steps per entry: a move from each level but the last, then its expiry. */
    public int maxStepsPerEntry() {
        return levels;
    }

    /** Returns the number of entries in the wheel. */
    public int armed() {
        return region.getIntOpaque(start + ARMED);
    }

    /**
     * Sets an entry's deadline, and files the entry if it is due earlier than before.
     *
     * @param deadlineNs after {@code nowNs}, or {@link EntryDescriptor#NO_DEADLINE} to disarm.
     */
    public void arm(int entry, long deadlineNs, long nowNs) {
        final long previousNs = EntryDescriptor.deadline(region, entry);
        EntryDescriptor.deadline(region, entry, deadlineNs);
        deadlineSet(entry, previousNs, nowNs);
    }

    /**
     * Files an entry whose deadline was just set, if it is due earlier than before.
     *
     * @param previousNs the previous deadline.
     * @param nowNs the current time, before the deadline; the deadline may be {@link
     *     EntryDescriptor#NO_DEADLINE}.
     */
    public void deadlineSet(int entry, long previousNs, long nowNs) {
        final long deadlineNs = EntryDescriptor.deadline(region, entry);
        final boolean expires = deadlineNs != EntryDescriptor.NO_DEADLINE;
        if (expires && isFiled(entry) && deadlineNs >= previousNs) {
            return;
        }
        disarm(entry);
        if (expires) {
            if (armed() == 0) {
                region.putLong(start + CURRENT_TICK, nowNs / tickNs);
                region.putLong(start + QUIET_UNTIL, 0);
            }
            file(entry);
        }
    }

    /** Removes an entry from the wheel if it is in the wheel. */
    public void disarm(int entry) {
        if (isFiled(entry)) {
            unfile(entry);
        }
    }

    /** Makes the neighbours of an entry link to the chunk that the entry was copied to. */
    public void moved(int chunk) {
        if (isFiled(chunk)) {
            final int previous = EntryDescriptor.wheelPrevious(region, chunk);
            final int next = EntryDescriptor.wheelNext(region, chunk);
            if (previous < 0) {
                region.putInt(WheelDescriptor.slot(slots, ~previous), chunk);
            } else {
                EntryDescriptor.wheelNext(region, previous, chunk);
            }
            if (next != Region.NONE) {
                EntryDescriptor.wheelPrevious(region, next, chunk);
            }
        }
    }

    private boolean isFiled(int entry) {
        return EntryDescriptor.wheelPrevious(region, entry) != Region.NONE;
    }

    /** Returns whether {@link #poll} may find something to do. */
    public boolean isDue(long nowNs) {
        return armed() != 0 && nowNs >= region.getLongOpaque(start + QUIET_UNTIL);
    }

    /**
     * Does one step of the due work.
     *
     * @return an expired entry, which is no longer in the wheel; {@link #MOVED}; or {@link
     *     #NOTHING_DUE}.
     */
    public int poll(long nowNs) {
        if (!isDue(nowNs)) {
            return NOTHING_DUE;
        }
        final long current = region.getLong(start + CURRENT_TICK);
        final long nowTick = Math.max(current, nowNs / tickNs);

        int level = -1;
        long earliest = Long.MAX_VALUE;
        for (int i = 0; i < levels; i++) {
            final long slotStart = firstOccupied(i, current);
            if (slotStart < earliest) {
                earliest = slotStart;
                level = i;
            }
        }
        if (earliest > nowTick) {
            region.putLong(start + CURRENT_TICK, nowTick);
            region.putLong(start + QUIET_UNTIL, startOf(nowTick + 1));
            return NOTHING_DUE;
        }
        region.putLong(start + CURRENT_TICK, earliest);
        final int slot = (level << levelBits) + (int) (earliest >>> level * levelBits & slotMask);
        final int entry = region.getInt(WheelDescriptor.slot(slots, slot));
        unfile(entry);
        if (EntryDescriptor.deadline(region, entry) <= nowNs) {
            return entry;
        }
        file(entry);
        return MOVED;
    }

    /**
     * Returns the first tick of a level's first occupied slot at or after the current position, but
     * not before the current tick; or {@code Long.MAX_VALUE}.
     */
    private long firstOccupied(int level, long current) {
        final int shift = level * levelBits;
        final long position = current >>> shift;
        final long bits =
                region.getLong(WheelDescriptor.occupancy(start, level))
                        & -1L << (position & slotMask);
        if (bits == 0) {
            return Long.MAX_VALUE;
        }
        final long slot = position & ~slotMask | Long.numberOfTrailingZeros(bits);
        return Math.max(current, slot << shift);
    }

    /** Returns when a tick begins, at most {@code Long.MAX_VALUE}. */
    private long startOf(long tick) {
        return tick <= Long.MAX_VALUE / tickNs ? tick * tickNs : Long.MAX_VALUE;
    }

    private long tickOf(long deadlineNs) {
        return (deadlineNs - 1) / tickNs + 1;
    }

    private void file(int entry) {
        final long current = region.getLong(start + CURRENT_TICK);
        final long tick = Math.max(current, tickOf(EntryDescriptor.deadline(region, entry)));
        final int level =
                (Long.SIZE - 1 - Long.numberOfLeadingZeros(tick ^ current | 1)) / levelBits;
        final int index = (int) (tick >>> level * levelBits & slotMask);
        final int slot = (level << levelBits) + index;
        final int cell = WheelDescriptor.slot(slots, slot);
        final int head = region.getInt(cell);
        EntryDescriptor.wheelPrevious(region, entry, ~slot);
        EntryDescriptor.wheelNext(region, entry, head);
        if (head == Region.NONE) {
            final int bitmap = WheelDescriptor.occupancy(start, level);
            region.putLong(bitmap, region.getLong(bitmap) | 1L << index);
        } else {
            EntryDescriptor.wheelPrevious(region, head, entry);
        }
        region.putInt(cell, entry);
        region.addInt(start + ARMED, 1);
    }

    private void unfile(int entry) {
        final int previous = EntryDescriptor.wheelPrevious(region, entry);
        final int next = EntryDescriptor.wheelNext(region, entry);
        if (previous < 0) {
            final int slot = ~previous;
            region.putInt(WheelDescriptor.slot(slots, slot), next);
            if (next == Region.NONE) {
                final int bitmap = WheelDescriptor.occupancy(start, slot >>> levelBits);
                region.putLong(bitmap, region.getLong(bitmap) & ~(1L << (slot & slotMask)));
            }
        } else {
            EntryDescriptor.wheelNext(region, previous, next);
        }
        if (next != Region.NONE) {
            EntryDescriptor.wheelPrevious(region, next, previous);
        }
        EntryDescriptor.wheelPrevious(region, entry, Region.NONE);
        region.addInt(start + ARMED, -1);
    }

    Region region() {
        return region;
    }

    /** Returns whether a slot exists and begins with an entry. */
    boolean isFirst(int slot, int entry) {
        return slot < levels << levelBits
                && region.getInt(WheelDescriptor.slot(slots, slot)) == entry;
    }

    /** Returns the number of slots with entries, or -1 if a bitmap does not mark exactly these. */
    int occupiedSlots() {
        int occupied = 0;
        for (int level = 0; level < levels; level++) {
            long bits = 0;
            for (int index = 0; index <= slotMask; index++) {
                final int slot = (level << levelBits) + index;
                if (region.getInt(WheelDescriptor.slot(slots, slot)) != Region.NONE) {
                    bits |= 1L << index;
                    occupied++;
                }
            }
            if (region.getLong(WheelDescriptor.occupancy(start, level)) != bits) {
                return -1;
            }
        }
        return occupied;
    }

    /**
     * Checks every slot.
     *
     * @param live the live chunks, bit i for offset {@code 8 * i}; exactly those with a deadline
     *     must be in the wheel.
     * @throws IllegalStateException describing the first inconsistency.
     */
    public void audit(BitSet live) {
        final BitSet filed = new BitSet();
        final long current = region.getLong(start + CURRENT_TICK);
        for (int slot = 0; slot < levels << levelBits; slot++) {
            final int level = slot >>> levelBits;
            int previous = ~slot;
            int entry = region.getInt(WheelDescriptor.slot(slots, slot));
            final boolean marked =
                    (region.getLong(WheelDescriptor.occupancy(start, level)) >>> (slot & slotMask)
                                    & 1)
                            != 0;
            check(marked == (entry != Region.NONE), "slot %d: its bit is %s", slot, marked);
            while (entry != Region.NONE) {
                check(
                        live.get(entry >>> 3) && !filed.get(entry >>> 3),
                        "slot %d holds %d, which is not an entry or is filed twice",
                        slot,
                        entry);
                check(
                        EntryDescriptor.wheelPrevious(region, entry) == previous,
                        "entry %d in slot %d does not link back",
                        entry,
                        slot);
                final int shift = level * levelBits;
                final long position = current >>> shift & ~slotMask | slot & slotMask;
                final long tick = tickOf(EntryDescriptor.deadline(region, entry));
                check(
                        position >= current >>> shift
                                && position <= Math.max(current, tick) >>> shift,
                        "entry %d of tick %d in slot %d would be missed at tick %d",
                        entry,
                        tick,
                        slot,
                        current);
                filed.set(entry >>> 3);
                previous = entry;
                entry = EntryDescriptor.wheelNext(region, entry);
            }
        }
        check(filed.cardinality() == armed(), "armed %d, filed %d", armed(), filed.cardinality());
        live.stream()
                .forEach(
                        bit ->
                                check(
                                        filed.get(bit)
                                                == (EntryDescriptor.deadline(region, bit << 3)
                                                        != EntryDescriptor.NO_DEADLINE),
                                        "entry %d: its deadline and its place in the wheel"
                                                + " disagree",
                                        bit << 3));
    }

    private static void check(boolean holds, String finding, Object... args) {
        Invariant.check("wheel", holds, finding, args);
    }
}
