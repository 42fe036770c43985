// SPDX-License-Identifier: Apache-2.0
package io.flagstone.feed;

/**
 * The changes of a cache, in the order in which they were made to each key.
 *
 * <p>The cache writes every change into a bounded ring, and {@link #poll} passes the ring's changes
 * on. A write never waits for the feed. If the ring is full, changes are lost, and the feed passes
 * a {@link ChangeKind#GAP} before any later change of the same key. A follower that has the state
 * of the cache nowhere, or no longer, has it again after {@link #synchronise}.
 *
 * <p>A cache that began with entries, from its directory or a checkpoint, begins its feed with a
 * gap.
 *
 * <p>One thread at a time may poll. All other methods may be called by any thread. Allocates
 * nothing.
 */
public interface ChangeFeed {
    /**
     * Passes the next changes to a handler. If a synchronisation is under way, also copies some
     * entries into the feed, for which it takes the locks of segments.
     *
     * <p>The handler may call the cache. A change for which it throws counts as passed, and the
     * exception reaches the caller.
     *
     * <p>After the cache is closed, this passes the changes that are left. A synchronisation does
     * not go on.
     *
     * @param handler is passed each change.
     * @param limit the most changes to pass.
     * @return the number of changes that were passed, 0 if there was none.
     * @throws IllegalArgumentException if the limit is not positive.
     * @throws IllegalStateException if another thread polls, if the handler polls, or if one of the
     *     cache's callbacks makes the call.
     * @throws io.flagstone.api.CacheClosedException if the cache is closed and no change is left.
     */
    int poll(ChangeHandler handler, int limit);

    /**
     * Begins to write the state of the cache into the feed, in steps that {@link #poll} takes:
     * first passes {@link ChangeKind#SYNC_BEGIN}, then a put for each entry, between the changes
     * that are made meanwhile, then {@link ChangeKind#SYNC_END}. A follower that is empty at the
     * beginning has the state of the cache at the end.
     *
     * <p>If a synchronisation is under way, another one begins after it. A gap ends a
     * synchronisation that is under way, but not one that has yet to begin.
     *
     * @throws io.flagstone.api.CacheClosedException if the cache is closed.
     */
    void synchronise();

    /**
     * Returns whether a synchronisation is under way or waits to begin.
     *
     * @return whether there is one.
     */
    boolean isSynchronising();

    /**
     * Returns the number of the change that was passed last, 0 before the first.
     *
     * @return the number.
     */
    long number();

    /**
     * Returns how many gaps there were, with one that has yet to be passed.
     *
     * @return the number of gaps.
     */
    long gaps();

    /**
     * Returns whether changes are lost now, and a gap has yet to be passed.
     *
     * @return true from the first change that is lost until the gap is passed.
     */
    boolean isLosing();

    /**
     * Returns the bytes of changes that wait to be polled, with headers and padding.
     *
     * @return bytes.
     */
    long pendingBytes();

    /**
     * Returns the bytes of the ring that holds the changes.
     *
     * @return bytes, a power of two.
     */
    int capacityBytes();

    /**
     * Returns the most bytes that key and value of a change have together.
     *
     * @return bytes.
     */
    int maxChangeBytes();
}
