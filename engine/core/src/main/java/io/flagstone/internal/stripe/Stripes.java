// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.stripe;

import static io.flagstone.internal.stripe.StripeDescriptor.CLAIM;
import static io.flagstone.internal.stripe.StripeDescriptor.ENTRY;
import static io.flagstone.internal.stripe.StripeDescriptor.OWNER;
import static io.flagstone.internal.stripe.StripeDescriptor.SEQUENCE;

import io.flagstone.internal.memory.Invariant;
import io.flagstone.internal.memory.Region;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * The stripes of a segment. A stripe guards the values of the keys whose hashes choose it.
 *
 * <p>There are two kinds of owners:
 *
 * <ul>
 *   <li>An <em>updater</em> holds one stripe and no other lock. It waits for nothing while it holds
 *       the stripe.
 *   <li>The <em>segment</em>, that is, the thread that holds the segment's lock. It may hold any
 *       number of stripes, and {@linkplain #lock locking} one again has no effect.
 * </ul>
 *
 * <p>The order is: the segment's lock, then stripes. An updater that finds its stripe taken tries a
 * few times and then takes the segment's lock instead. So only the segment waits for a stripe, and
 * no two threads wait for each other.
 *
 * <p>The segment waits for one updater, which needs well under a microsecond unless it has lost its
 * processor. The waiter spins, yields, then parks for up to a millisecond at a time. Before it
 * parks, it claims the stripe. An updater that takes a claimed stripe releases it at once and waits
 * for the segment's lock, which is fair. So every thread delays the waiter at most once.
 *
 * <p>An owner {@linkplain #beginWriting begins} a write before it changes a value and {@linkplain
 * #endWriting ends} it afterwards; {@link StripeSequence} is for the readers. Ordering: an
 * acquisition is a compare-and-set with volatile order. The sequence becomes odd with a plain store
 * and a store fence, and even with a release store. A release of the stripe is a release store.
 *
 * <p>An updater that ends by an Error in the middle <em>abandons</em> its stripe: it sets its
 * element of {@link #abandoned}, then {@link #damaged}. The next holder of the segment's lock takes
 * the stripe over. If a value was being written, its entry is discarded.
 *
 * <p>Allocates nothing after construction.
 */
public final class Stripes {
    /** The stripe is free. */
    static final long FREE = 0;

    /** The owner of a stripe that the holder of the segment's lock has locked. */
    static final long SEGMENT = -1;

    /** The number of times an updater looks at a taken stripe. A write of a value is shorter. */
    private static final int UPDATER_SPINS = 32;

    private static final int SPINS = 128;
    private static final int YIELDS = 16;
    private static final long MIN_PARK_NS = 50_000;
    private static final long MAX_PARK_NS = 1_000_000;

    private final Region region;
    private final StripeMap map;
    private final boolean shared;
    private final IntConsumer discard;

    /**
     * Whether the updater that holds a stripe has ended by an Error, by the stripe's number. Only
     * that updater sets it. This is an array on the heap because storing an element needs no call,
     * for which there may be no stack.
     */
    public final boolean[] abandoned;

    /** Whether a stripe is abandoned. Set after the element of {@link #abandoned}. */
    public volatile boolean damaged;

    /** The number of discarded entries; guarded by the segment's lock. */
    private long discards;

    /**
     * Creates the stripes over zeroed memory.
     *
     * @param shared whether there are updaters. If not, the segment's lock guards the values too,
     *     and locking a stripe has no effect.
     * @param discard removes an entry whose value is half written; called with the segment's lock
     *     and the entry's stripe.
     */
    public Stripes(Region region, StripeMap map, boolean shared, IntConsumer discard) {
        this.region = region;
        this.map = map;
        this.shared = shared;
        this.discard = discard;
        this.abandoned = new boolean[map.count()];
    }

    /** Returns the map from hashes to stripes. */
    public StripeMap map() {
        return map;
    }

    /** Returns whether there are updaters. */
    public boolean isShared() {
        return shared;
    }

    /** Returns the stripe of an index hash. */
    public int of(int indexHash) {
        return map.of(indexHash);
    }

    /** Returns the index of a stripe in {@link #abandoned}. */
    public int number(int stripe) {
        return map.number(stripe);
    }

    // Updaters.

    /**
     * Takes a stripe for an updater, if it becomes free soon. An Error out of this method has not
     * taken the stripe.
     */
    public boolean tryLock(int stripe, long threadId) {
        // Try before looking: a look would fetch the line twice, first to read and then to write.
        if (take(stripe, threadId)) {
            return true;
        }
        for (int i = 0; i < UPDATER_SPINS; i++) {
            Thread.onSpinWait();
            if (region.getLongOpaque(stripe + OWNER) == FREE && take(stripe, threadId)) {
                return true;
            }
        }
        return false;
    }

    private boolean take(int stripe, long owner) {
        return region.compareAndSetLong(stripe + OWNER, FREE, owner);
    }

    /** Returns whether the holder of the segment's lock waits for this stripe. */
    public boolean isClaimed(int stripe) {
        return region.getInt(stripe + CLAIM) != 0;
    }

    /** Releases a stripe. */
    public void unlock(int stripe) {
        region.putLongRelease(stripe + OWNER, FREE);
    }

    // Writes, by an owner of either kind.

    /** Begins to write the value of an entry. */
    public void beginWriting(int stripe, int entry) {
        region.putInt(stripe + ENTRY, entry);
        region.putLong(stripe + SEQUENCE, region.getLong(stripe + SEQUENCE) | 1);
        // No reader may see bytes of the write before the odd number.
        Region.storeFence();
    }

    /** Ends a write, and counts it. */
    public void endWriting(int stripe) {
        region.putLongRelease(stripe + SEQUENCE, (region.getLong(stripe + SEQUENCE) | 1) + 1);
    }

    /** Ends a write that has changed nothing, and does not count it. */
    public void cancelWriting(int stripe) {
        region.putLongRelease(stripe + SEQUENCE, region.getLong(stripe + SEQUENCE) & ~1);
    }

    /** Returns the number of writes that have ended. */
    public long writes() {
        long writes = 0;
        for (int number = 0; number < map.count(); number++) {
            writes += region.getLongAcquire(map.ofNumber(number) + SEQUENCE) >>> 1;
        }
        return writes;
    }

    // The holder of the segment's lock.

    /**
     * Locks a stripe for the segment.
     *
     * @return whether the caller has to unlock it. If not, it was locked for the segment before.
     */
    public boolean lock(int stripe) {
        if (!shared) {
            return false;
        }
        if (!take(stripe, SEGMENT)) {
            if (region.getLong(stripe + OWNER) == SEGMENT) {
                return false;
            }
            await(stripe);
        }
        endClaim(stripe);
        return true;
    }

    /**
     * Waits until no updater has a stripe. Call this after a full fence, in a window that refuses
     * updaters.
     *
     * @return false if a half-written value was discarded meanwhile, in a window of its own.
     */
    public boolean awaitUpdater(int stripe) {
        final long owner = region.getLongAcquire(stripe + OWNER);
        if (owner == FREE || owner == SEGMENT) {
            return true;
        }
        final long before = discards;
        await(stripe);
        endClaim(stripe);
        unlock(stripe);
        return discards == before;
    }

    /** Ends the segment's claim to a stripe, also that of a waiter that ended by an Error. */
    private void endClaim(int stripe) {
        if (isClaimed(stripe)) {
            region.putInt(stripe + CLAIM, 0);
        }
    }

    /** Unlocks a stripe if it is locked for the segment. */
    public void unlockIfLocked(int stripe) {
        if (region.getLong(stripe + OWNER) == SEGMENT) {
            unlock(stripe);
        }
    }

    private void await(int stripe) {
        long parkNs = MIN_PARK_NS;
        boolean interrupted = false;
        try {
            for (int i = 0; !takeFreeOrAbandoned(stripe); i++) {
                if (i < SPINS) {
                    Thread.onSpinWait();
                } else if (i < SPINS + YIELDS) {
                    Thread.yield();
                } else {
                    region.putInt(stripe + CLAIM, 1);
                    LockSupport.parkNanos(this, parkNs);
                    interrupted |= Thread.interrupted();
                    parkNs = Math.min(parkNs << 1, MAX_PARK_NS);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean takeFreeOrAbandoned(int stripe) {
        if (region.getLongOpaque(stripe + OWNER) == FREE) {
            return take(stripe, SEGMENT);
        }
        if (damaged && abandoned[number(stripe)]) {
            takeOver(stripe);
            return true;
        }
        return false;
    }

    /** Takes a stripe whose updater has ended, and discards a value that is half written. */
    private void takeOver(int stripe) {
        region.putLong(stripe + OWNER, SEGMENT);
        if (StripeSequence.isOdd(region.getLong(stripe + SEQUENCE))) {
            discards++;
            discard.accept(region.getInt(stripe + ENTRY));
            endWriting(stripe);
        }
        abandoned[number(stripe)] = false;
    }

    /** Takes over and releases all abandoned stripes. */
    public void repair() {
        boolean complete = false;
        damaged = false;
        // An updater that ends from here on sets the word again, or its element is seen below.
        Region.fullFence();
        try {
            for (int number = 0; number < abandoned.length; number++) {
                if (abandoned[number]) {
                    final int stripe = map.ofNumber(number);
                    takeOver(stripe);
                    unlock(stripe);
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                damaged = true;
            }
        }
    }

    /**
     * Locks all stripes, in whatever state an Error has left them. No value is being written from
     * here on until {@link #unlockAll}.
     */
    public void lockAll() {
        for (int number = 0; number < map.count(); number++) {
            final int stripe = map.ofNumber(number);
            if (abandoned[number]) {
                region.putLong(stripe + OWNER, SEGMENT);
            } else {
                lock(stripe);
            }
        }
    }

    /** Unlocks all stripes and ends all writes. The segment must have been laid out afresh. */
    public void unlockAll() {
        for (int number = 0; number < map.count(); number++) {
            final int stripe = map.ofNumber(number);
            if (StripeSequence.isOdd(region.getLong(stripe + SEQUENCE))) {
                endWriting(stripe);
            }
            abandoned[number] = false;
            region.putInt(stripe + CLAIM, 0);
            unlock(stripe);
        }
    }

    /** Waits until every updater that holds a stripe now has released it. */
    public void awaitAll() {
        for (int number = 0; number < map.count(); number++) {
            final int stripe = map.ofNumber(number);
            if (lock(stripe)) {
                unlock(stripe);
            }
        }
    }

    /** Returns whether a value of a stripe was being written when the region was left. */
    public boolean isWriting(int stripe) {
        return StripeSequence.isOdd(region.getLong(stripe + SEQUENCE));
    }

    /** Returns whether no value was being written when the region was left. */
    public boolean isAtRest() {
        boolean rests = true;
        for (int number = 0; number < map.count(); number++) {
            rests &= !isWriting(map.ofNumber(number));
        }
        return rests;
    }

    /** Releases the stripes that another process has left, and counts writes anew. */
    public void beginLife() {
        for (int number = 0; number < map.count(); number++) {
            final int stripe = map.ofNumber(number);
            region.putLong(stripe + OWNER, FREE);
            region.putLong(stripe + SEQUENCE, 0);
            region.putInt(stripe + CLAIM, 0);
        }
    }

    /**
     * Checks that the segment holds no stripe.
     *
     * @throws IllegalStateException if an operation has not released a stripe.
     */
    public void audit() {
        for (int number = 0; number < map.count(); number++) {
            final long owner = region.getLongOpaque(map.ofNumber(number) + OWNER);
            Invariant.check(
                    "stripes", owner != SEGMENT, "stripe %d is locked for the segment", number);
        }
    }
}
