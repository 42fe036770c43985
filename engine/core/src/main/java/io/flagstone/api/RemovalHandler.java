// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import org.agrona.DirectBuffer;

/**
 * Receives every entry and every value that leaves the cache.
 *
 * <p>Called on the thread whose operation removed the entry, <b>under the lock of the entry's
 * segment</b>: other operations on that segment wait until it returns, and a call into the same
 * cache throws an {@link IllegalStateException}. An exception from the handler goes to the cache's
 * {@link org.agrona.ErrorHandler}. The removal still takes effect.
 */
@FunctionalInterface
public interface RemovalHandler {
    /**
     * Receives one removal.
     *
     * <p>The two flyweights wrap the cache's own memory. Their capacity is the exact length. They
     * are valid only during the call; do not write to them. The engine allocates nothing for the
     * call.
     *
     * @param cause the reason why the entry or value left.
     * @param key the entry's key.
     * @param value the value that leaves, which is the old one for {@link RemovalCause#REPLACED}.
     */
    void onRemoval(RemovalCause cause, DirectBuffer key, DirectBuffer value);
}
