// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/**
 * Told of every entry and every value that leaves the cache.
 *
 * <p>Called on the thread whose operation removed the entry, <b>under the lock of the entry's
 * segment</b>: other operations on that segment wait until it returns, and any call back into the
 * same cache is refused with an {@link IllegalStateException}. What it throws goes to the cache's
 * {@link org.agrona.ErrorHandler}; the removal stands.
 */
@FunctionalInterface
public interface RemovalHandler {
    /**
     * One removal.
     *
     * <p>The two flyweights lie over the cache's own memory, their capacity being the exact length,
     * and are valid only during the call. They must not be written to. The engine allocates nothing
     * for the call.
     *
     * @param cause why it left.
     * @param key the entry's key.
     * @param value the value that leaves; for {@link RemovalCause#REPLACED} the old one.
     */
    void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value);
}
