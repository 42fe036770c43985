// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.RemovalCause;
import io.flagstone.feed.ChangeApplier;
import org.agrona.DirectBuffer;

/**
 * Applies the changes of a stream to a cache. A subclass decides which changes these are, and what
 * happens if one cannot be applied.
 *
 * <p>Aeron counts a message as read even if its handler has thrown. So whoever is told of a failure
 * must not count the change as applied. An Error is told and then thrown on.
 *
 * <p>Not thread-safe. Allocates nothing.
 */
abstract class StreamApplier implements StreamHandler {
    private final ChangeApplier applier;
    private long refused;

    StreamApplier(ChangeApplier applier) {
        this.applier = applier;
    }

    /** Takes note that a value is too large for the cache, which misses its key from now on. */
    abstract void onRefused(EntryTooLargeException problem);

    /** Takes note that the last change could not be applied, or only a part of it. */
    abstract void onFailed(Throwable problem);

    /** Tells a failure, and throws it on if it is an Error. */
    final void failed(Throwable problem) {
        onFailed(problem);
        if (problem instanceof Error error) {
            throw error;
        }
    }

    final ChangeApplier applier() {
        return applier;
    }

    /** Returns how many values were too large for the cache. */
    final long refused() {
        return refused;
    }

    @Override
    public final void onPut(
            DirectBuffer buffer,
            int keyOffset,
            int keyLength,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean isSliding) {
        try {
            applier.put(
                    buffer, keyOffset, keyLength, valueOffset, valueLength, deadlineNs, isSliding);
        } catch (final EntryTooLargeException e) {
            // A miss is allowed; the value before it is not.
            refused++;
            onRefused(e);
            onRemoval(buffer, keyOffset, keyLength, RemovalCause.REMOVED);
        } catch (final Throwable e) {
            failed(e);
        }
    }

    @Override
    public final void onRemoval(
            DirectBuffer buffer, int keyOffset, int keyLength, RemovalCause cause) {
        try {
            applier.remove(buffer, keyOffset, keyLength, cause);
        } catch (final Throwable e) {
            failed(e);
        }
    }

    @Override
    public final void onDeadline(
            DirectBuffer buffer, int keyOffset, int keyLength, long deadlineNs, boolean isSliding) {
        try {
            applier.deadline(buffer, keyOffset, keyLength, deadlineNs, isSliding);
        } catch (final Throwable e) {
            failed(e);
        }
    }
}
