// SPDX-License-Identifier: Apache-2.0
package io.flagstone.feed;

import io.flagstone.api.RemovalCause;
import org.agrona.DirectBuffer;

/**
 * A change of a cache's state, as a view of the feed's memory. It is valid while the handler runs:
 * the feed uses the same object for every change.
 *
 * <p>Not thread-safe. Allocates nothing.
 */
public interface Change {
    /** The deadline of an entry that does not expire. */
    long NO_DEADLINE = Long.MAX_VALUE;

    /**
     * Returns the number of the change: 1 for the first of a feed, and one more for each next.
     *
     * @return the number.
     */
    long number();

    /**
     * Returns what the change says.
     *
     * @return the kind.
     */
    ChangeKind kind();

    /**
     * Returns why the key is gone, or {@code null} if this is not a removal.
     *
     * @return the cause, or {@code null}.
     */
    RemovalCause cause();

    /**
     * Returns whether a synchronisation wrote this put, and nothing changed. A follower that has
     * the state of the cache already may leave it out.
     *
     * @return whether it is a copy.
     */
    boolean isCopy();

    /**
     * Returns the buffer that has the key and the value. It is empty if the change has no key.
     *
     * @return the buffer.
     */
    DirectBuffer buffer();

    /**
     * Returns the offset of the key in the buffer.
     *
     * @return an offset.
     */
    int keyOffset();

    /**
     * Returns the length of the key in bytes, or 0 if the change is of no key.
     *
     * @return bytes.
     */
    int keyLength();

    /**
     * Returns the offset of the value in the buffer, or 0 if this is not a put.
     *
     * @return an offset.
     */
    int valueOffset();

    /**
     * Returns the length of the value in bytes, or 0 if this is not a put.
     *
     * @return bytes.
     */
    int valueLength();

    /**
     * Returns the deadline of the key in nanoseconds since 1970, or {@link #NO_DEADLINE}. Only a
     * put and a deadline have one.
     *
     * @return nanoseconds since 1970.
     */
    long deadlineNs();

    /**
     * Returns whether every hit renews the deadline. Only a put and a deadline say this.
     *
     * @return whether it slides.
     */
    boolean isSliding();
}
