// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Thrown by a write to a cache that follows the feed of another. Nothing has changed.
 *
 * <p>Write to the other cache, or promote this one: see {@link
 * io.flagstone.feed.ChangeApplier#promote}.
 */
public final class ReadOnlyCacheException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    /** Creates an exception. */
    public ReadOnlyCacheException() {
        super(
                "the cache follows another and takes no writes of its own;"
                        + " write to the other cache, or promote this one");
    }
}
