// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

/**
 * Whether a cache follows the feed of another. Shared by the cache and its segments.
 *
 * <p>A cache that follows keeps what it was told, and decides as little as possible by itself:
 *
 * <ul>
 *   <li>It refuses the writes of its users.
 *   <li>It reclaims no expired entry. Reads hide such an entry. The other cache says that it is
 *       gone, or that its deadline has changed.
 *   <li>A hit promotes an entry and does not renew its deadline.
 *   <li>An entry that leaves for lack of room counts as evicted, even if it has expired.
 * </ul>
 *
 * <p>It is on from the start or never, and goes off once. An operation that reads it shortly before
 * that leaves work to a later one, which is harmless. Thread-safe. Allocates nothing.
 */
public final class Following {
    private volatile boolean on;

    /** Creates the state of a cache that follows, or of one that does not. */
    public Following(boolean on) {
        this.on = on;
    }

    /** Returns whether the cache follows. Once this has returned false, it always will. */
    public boolean isOn() {
        return on;
    }

    /** Ends the following. No applied change may be in progress. */
    public void end() {
        on = false;
    }
}
