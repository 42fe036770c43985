// SPDX-License-Identifier: Apache-2.0
package io.flagstone.feed;

import io.flagstone.api.RemovalCause;
import org.agrona.DirectBuffer;

/**
 * The only writer of a cache that follows the feed of another: see {@link
 * io.flagstone.OffHeapCache#changeApplier}. It applies changes in the order in which a feed passes
 * them.
 *
 * <p>A cache that follows does what it is told. It reclaims no entry at its deadline and renews no
 * deadline at a hit, because the feed tells both. Reads hide an entry from its deadline on. {@link
 * #promote} ends this.
 *
 * <p>Deadlines are converted to the follower's clock by its wall clock. So an entry becomes a miss
 * earlier or later than in the other cache by the difference of the two machines' wall clocks.
 *
 * <p>One thread at a time may apply changes. {@link #promote}, {@link #isFollowing} and {@link
 * #ownEvictions} are for any thread. Nothing here allocates, except that values of more than 64 KiB
 * in a mapped file are copied.
 *
 * <p>Every change throws
 *
 * <ul>
 *   <li>an {@link IllegalStateException} if the cache no longer follows or is closed, if another
 *       thread is applying a change, or if a callback of the cache makes the call;
 *   <li>an {@link IllegalArgumentException} if the length of the key is not between 1 and 65 535;
 *   <li>an {@link IndexOutOfBoundsException} if a range is outside the buffer.
 * </ul>
 */
public interface ChangeApplier {
    /**
     * Makes a key have a value and a deadline, whether or not it is present. If the deadline has
     * passed, reads do not find the key.
     *
     * @param buffer the buffer that has the key and the value.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes, 0 or more.
     * @param deadlineNs nanoseconds since 1970, or {@link Change#NO_DEADLINE}.
     * @param sliding whether every hit renews the deadline once the cache no longer follows. This
     *     takes effect in a cache that expires entries after their last access.
     * @throws io.flagstone.api.EntryTooLargeException if the entry does not fit a slab. The cache
     *     is unchanged.
     */
    void put(
            DirectBuffer buffer,
            int keyOffset,
            int keyLength,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean sliding);

    /**
     * Removes a key, whether or not its deadline has passed.
     *
     * @param buffer the buffer that has the key.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param cause told to the removal handler of this cache. {@code EXPIRED} counts as an
     *     expiration, any other cause as a removal.
     * @return whether the cache had the key.
     */
    boolean remove(DirectBuffer buffer, int keyOffset, int keyLength, RemovalCause cause);

    /**
     * Gives a key another deadline, whether or not the present one has passed. This is not a use.
     *
     * @param buffer the buffer that has the key.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 535.
     * @param deadlineNs nanoseconds since 1970, or {@link Change#NO_DEADLINE}.
     * @param sliding as in {@link #put}.
     * @return whether the cache had the key.
     */
    boolean deadline(
            DirectBuffer buffer, int keyOffset, int keyLength, long deadlineNs, boolean sliding);

    /** Removes every entry, with the cause {@code REMOVED}. */
    void clear();

    /**
     * Ends the following: from now on the cache takes writes of its own, and expires by itself. The
     * applier refuses every further change. Waits until a change that another thread is applying is
     * complete. Reads go on meanwhile. Promoting again does nothing.
     *
     * <p>Entries whose deadlines have passed stay misses. Writes and {@code doWork} reclaim them, a
     * bounded number per call.
     *
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    void promote();

    /**
     * Returns whether the cache still follows. Takes no lock.
     *
     * @return false from the end of {@link #promote} on.
     */
    boolean isFollowing();

    /**
     * Returns how many entries the cache has evicted by itself, for lack of room, until it was
     * promoted. If this is not 0, it may hold less than the feed told it. Give a follower at least
     * the memory of the other cache. Takes no lock.
     *
     * @return the number, which includes entries that a restored checkpoint had no room for.
     */
    long ownEvictions();

    /**
     * Returns how often a segment of the cache was emptied because an Error had ended an operation
     * of it, also one of a reader, until the cache was promoted. If this has grown, entries are
     * missing that the feed told: apply a synchronisation. Takes no lock.
     *
     * @return the number of resets of segments.
     */
    long ownResets();
}
