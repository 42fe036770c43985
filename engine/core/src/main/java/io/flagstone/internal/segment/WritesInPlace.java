// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.FrequencySketch;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.ClassResolution;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import io.flagstone.internal.recency.PromotionDistance;
import java.lang.ref.Reference;
import org.agrona.DirectBuffer;

/**
 * Writes of a value in place, under its stripe alone. Threads that write different keys do not wait
 * for each other.
 *
 * <p>A write finds the entry as a reader does, takes the stripe, and then checks the version. If it
 * is still the even number under which the entry was found, the entry is the key's and stays so: a
 * thread that removes an entry makes the version odd and then waits for its stripe, and one that
 * moves it locks its stripe first.
 *
 * <p>Such a write changes the value and possibly the deadline, and nothing else. Where more would
 * have to change, the operation takes the segment's lock instead:
 *
 * <ul>
 *   <li>the key is absent, or the new value has another length, or is longer than {@link
 *       #MAX_BYTES};
 *   <li>the entry has fallen behind and must be promoted;
 *   <li>its deadline appears, disappears, becomes earlier or begins or ceases to slide, or has
 *       passed. A deadline that becomes later needs no change of the wheel;
 *   <li>expired entries are due to be reclaimed;
 *   <li>a lease exists in the segment;
 *   <li>the segment is closed, an image of it is being taken, the stripe is taken, or the version
 *       stays odd;
 *   <li>it is a put, and the last put under the lock inserted a key. Then this one probably does
 *       too, and would look the key up twice. If it does not, the next one is made here again.
 * </ul>
 *
 * <p>A persistent segment first saves what is overwritten; see {@link
 * io.flagstone.internal.stripe.UndoRecords}. So a value must also fit its stripe's undo area.
 *
 * <p>An Error in the middle abandons the stripe; see {@link io.flagstone.internal.stripe.Stripes}.
 *
 * <p>Thread-safe. Allocates nothing.
 */
abstract class WritesInPlace extends SegmentReads {
    static {
        ClassResolution.resolve(Throwable.class);
    }

    /** A longer value would keep the stripe for long. */
    static final int MAX_BYTES = 4096;

    /** The operation needs the segment's lock. */
    static final long NEEDS_LOCK = Long.MIN_VALUE;

    /** The value was written. */
    static final long WRITTEN = 1;

    /** The condition does not hold, and nothing was written. */
    static final long REFUSED = 2;

    private static final int ATTEMPTS = 4;

    /** In place of a time: expired entries must be reclaimed. */
    private static final long DUE = -1;

    final TimesToLive timesToLive;
    private final boolean enabled;
    private final boolean persistent;
    private final int maxBytes;
    private final PromotionDistance distance;
    private final FrequencySketch sketch;

    WritesInPlace(Region region, SegmentConfig config) {
        super(region, config);
        this.timesToLive = store.timesToLive;
        this.enabled = stripes.isShared();
        this.persistent = entries.undo.isKept();
        this.maxBytes = entries.undo.limit(MAX_BYTES);
        this.distance = store.order.lists().distance();
        this.sketch = store.order.filter() == null ? null : store.order.filter().sketch();
    }

    /**
     * Writes a value over one of the same length.
     *
     * @return {@link #WRITTEN}; {@link #NEEDS_LOCK}; or, if the key is absent, the complement of
     *     the version under which it is.
     */
    final long putInPlace(
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            Object valueBase,
            long valueAddress,
            long ttlNs,
            long threadId) {
        if (lock.inserted) {
            return NEEDS_LOCK;
        }
        final int keyLength = EntryLengths.key(lengths);
        final int valueLength = EntryLengths.value(lengths);
        final long entry =
                begin(hash, keyBase, keyAddress, keyLength, valueLength, ttlNs, false, threadId);
        if (entry < 0) {
            return entry;
        }
        final int stripe = stripeOf(hash);
        final int number = stripes.number(stripe);
        boolean holds = true;
        try {
            final int offset = EntryDescriptor.valueOffset((int) entry, keyLength);
            region.copyIn(offset, valueBase, valueAddress, valueLength);
            entries.tellPut((int) entry);
            end(stripe);
            holds = false;
            countUse(hash);
            return WRITTEN;
        } catch (final Throwable thrown) {
            if (holds) {
                stripes.abandoned[number] = true;
                stripes.damaged = true;
                recoverStripe(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Writes a value over one that is equal to the expected value and has the same length.
     *
     * @return {@link #WRITTEN}, {@link #REFUSED}, or a negative number if the operation needs the
     *     lock.
     */
    final long compareAndSetInPlace(
            long hash,
            Object keyBase,
            long keyAddress,
            long lengths,
            DirectBuffer expected,
            Object valueBase,
            long valueAddress,
            long ttlNs) {
        final long threadId = ThreadId.current();
        final int keyLength = EntryLengths.key(lengths);
        final int valueLength = EntryLengths.value(lengths);
        final byte[] expectedBase = expected.byteArray();
        final long expectedAddress = expected.addressOffset();
        final int expectedLength = expected.capacity();
        final long entry =
                begin(hash, keyBase, keyAddress, keyLength, valueLength, ttlNs, true, threadId);
        if (entry < 0) {
            return entry;
        }
        final int stripe = stripeOf(hash);
        final int number = stripes.number(stripe);
        boolean holds = true;
        try {
            if (!ValueBytes.equal(
                    region, (int) entry, expectedBase, expectedAddress, expectedLength)) {
                cancel(stripe);
                return REFUSED;
            }
            final int offset = EntryDescriptor.valueOffset((int) entry, keyLength);
            region.copyIn(offset, valueBase, valueAddress, valueLength);
            entries.tellPut((int) entry);
            end(stripe);
            holds = false;
            countUse(hash);
            return WRITTEN;
        } catch (final Throwable thrown) {
            if (holds) {
                stripes.abandoned[number] = true;
                stripes.damaged = true;
                recoverStripe(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Begins to change the {@code long} at an index of a value.
     *
     * @param conditional whether the change may turn out not to be made.
     * @return the entry, whose change {@link #putLongInPlace} ends; or a negative number if the
     *     operation needs the lock.
     */
    final long beginLong(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueIndex,
            boolean conditional,
            long threadId) {
        return valueIndex > MAX_BYTES
                ? NEEDS_LOCK
                : begin(
                        hash,
                        keyBase,
                        keyAddress,
                        keyLength,
                        ~(valueIndex + Long.BYTES),
                        TimesToLive.USE,
                        conditional,
                        threadId);
    }

    /**
     * Ends a conditional change of a {@code long} that {@link #beginLong} has begun.
     *
     * @return whether the number was the expected one, and was written.
     */
    final boolean compareAndSetLongInPlace(
            int entry, long hash, int valueIndex, long expected, long value, long threadId) {
        final int stripe = stripeOf(hash);
        final int number = stripes.number(stripe);
        boolean holds = true;
        try {
            final int offset = EntryDescriptor.valueOffset(region, entry) + valueIndex;
            if (region.getLong(offset) != expected) {
                cancel(stripe);
                return false;
            }
            region.putLong(offset, value);
            entries.tellPut(entry);
            end(stripe);
            holds = false;
            countUse(hash);
            return true;
        } catch (final Throwable thrown) {
            if (holds) {
                stripes.abandoned[number] = true;
                stripes.damaged = true;
                recoverStripe(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Ends a change of a {@code long} that {@link #beginLong} has begun.
     *
     * @param adds whether the operand is added to the present number.
     * @return the new number.
     */
    final long putLongInPlace(
            int entry, long hash, int valueIndex, boolean adds, long operand, long threadId) {
        final int stripe = stripeOf(hash);
        final int number = stripes.number(stripe);
        boolean holds = true;
        try {
            final int offset = EntryDescriptor.valueOffset(region, entry) + valueIndex;
            final long value = adds ? region.getLong(offset) + operand : operand;
            region.putLong(offset, value);
            entries.tellPut(entry);
            end(stripe);
            holds = false;
            countUse(hash);
            return value;
        } catch (final Throwable thrown) {
            if (holds) {
                stripes.abandoned[number] = true;
                stripes.damaged = true;
                recoverStripe(threadId);
            }
            throw thrown;
        }
    }

    /**
     * Begins a write: finds the entry, takes its stripe, makes the sequence number odd, and writes
     * the new deadline.
     *
     * @param valueLength the length that the value must have, or the complement of the least one.
     * @param conditional whether the write may turn out not to be made. Then the deadline must stay
     *     the same.
     * @return the entry; or {@link #NEEDS_LOCK}; or, if the key is absent, the complement of the
     *     version under which it is.
     */
    private long begin(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            int valueLength,
            long ttlNs,
            boolean conditional,
            long threadId) {
        if (!enabled || valueLength > maxBytes) {
            return NEEDS_LOCK;
        }
        // Read the clock before the stripe is taken, because it is the user's code.
        final long now = store.wheel.armed() == 0 && !timesToLive.isLimited(ttlNs) ? 0 : time();
        final int stripe = stripeOf(hash);
        final int number = stripes.number(stripe);
        boolean holds = false;
        try {
            for (int attempts = now == DUE ? 0 : ATTEMPTS; attempts > 0; attempts--) {
                final long seen = SegmentVersion.read(region);
                if (SegmentVersion.isOdd(seen)) {
                    // The window may have passed the point where it looks at the stripe.
                    return NEEDS_LOCK;
                }
                final int entry = index.find(hash, keyBase, keyAddress, keyLength);
                if (entry == Region.NONE) {
                    return SegmentVersion.isCurrent(region, seen) ? ~seen : NEEDS_LOCK;
                }
                if (!stripes.tryLock(stripe, threadId)) {
                    return NEEDS_LOCK;
                }
                holds = true;
                if (SegmentVersion.isCurrentUnderStripe(region, seen)) {
                    if (isSuitable(stripe, entry, valueLength)) {
                        if (persistent) {
                            save(stripe, entry, keyLength, valueLength);
                        }
                        if (open(stripe, entry, ttlNs, conditional, now)) {
                            return entry;
                        }
                    }
                    attempts = 0;
                }
                stripes.unlock(stripe);
                holds = false;
            }
            return NEEDS_LOCK;
        } catch (final Throwable thrown) {
            if (holds) {
                stripes.abandoned[number] = true;
                stripes.damaged = true;
                recoverStripe(threadId);
            }
            throw thrown;
        }
    }

    /** Saves the value, or the {@code long} that ends at the complement of a negative length. */
    private void save(int stripe, int entry, int keyLength, int valueLength) {
        final int offset = EntryDescriptor.valueOffset(entry, keyLength);
        if (valueLength < 0) {
            entries.save(stripe, entry, offset + ~valueLength - Long.BYTES, Long.BYTES);
        } else {
            entries.save(stripe, entry, offset, valueLength);
        }
    }

    /** Returns the time, or {@link #DUE} if expired entries must be reclaimed first. */
    private long time() {
        final long now = clock.now(region);
        return store.wheel.isDue(now) ? DUE : now;
    }

    private boolean isSuitable(int stripe, int entry, int valueLength) {
        final int length = EntryDescriptor.valueLength(region, entry);
        return (length == valueLength || length >= ~valueLength && valueLength < 0)
                && !refusesUpdaters
                && leases.isEmpty()
                && !stripes.isClaimed(stripe)
                && !distance.isBehind(region, entry);
    }

    /**
     * Makes the sequence number odd and writes the deadline, if the new deadline needs no lock.
     *
     * @param nowNs the time, or 0 if no entry had a deadline.
     * @return whether it did. If not, the sequence number is as before.
     */
    private boolean open(int stripe, int entry, long ttlNs, boolean conditional, long nowNs) {
        final long present = EntryDescriptor.deadline(region, entry);
        if (present == EntryDescriptor.NO_DEADLINE && timesToLive.leavesUnlimited(entry, ttlNs)) {
            stripes.beginWriting(stripe, entry);
            return true;
        }
        return openTimed(stripe, entry, present, ttlNs, conditional, nowNs);
    }

    private boolean openTimed(
            int stripe, int entry, long presentNs, long ttlNs, boolean conditional, long nowNs) {
        final long deadline = timesToLive.deadline(entry, ttlNs, nowNs);
        // Without a time it is unknown whether the deadline has passed.
        if (presentNs == EntryDescriptor.NO_DEADLINE
                || deadline == EntryDescriptor.NO_DEADLINE
                || nowNs == 0
                || nowNs >= presentNs
                || deadline < presentNs
                || deadline > presentNs && conditional
                || EntryDescriptor.isSliding(region, entry)
                        != timesToLive.isSliding(entry, ttlNs)) {
            return false;
        }
        stripes.beginWriting(stripe, entry);
        // A reader that finds the entry expired loads the time and then the sequence number. If it
        // does not see the odd number, the time that it saw is seen here.
        Region.fullFence();
        if (SegmentClock.latest(region) >= presentNs) {
            stripes.cancelWriting(stripe);
            return false;
        }
        EntryDescriptor.deadline(region, entry, deadline);
        return true;
    }

    private void end(int stripe) {
        stripes.endWriting(stripe);
        stripes.unlock(stripe);
        Reference.reachabilityFence(region);
    }

    private void cancel(int stripe) {
        stripes.cancelWriting(stripe);
        stripes.unlock(stripe);
        Reference.reachabilityFence(region);
    }

    private void countUse(long hash) {
        if (sketch != null) {
            sketch.increment(region, KeyedHash.indexHash(hash));
        }
    }

    private int stripeOf(long hash) {
        return stripes.of(KeyedHash.indexHash(hash));
    }
}
