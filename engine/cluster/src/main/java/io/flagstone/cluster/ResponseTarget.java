// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Where the values of the next response go: into a buffer, into a batch, or nowhere.
 *
 * <p>One thread at a time. Allocates nothing.
 */
final class ResponseTarget {
    private MutableDirectBuffer destination;
    private int destinationOffset;
    private ClusterBatch batch;
    private int length;
    private RuntimeException failure;

    /** Forgets where values go. */
    void clear() {
        destination = null;
        batch = null;
    }

    /** Lets a value go into a buffer. */
    void set(MutableDirectBuffer buffer, int offset) {
        destination = buffer;
        destinationOffset = offset;
    }

    /** Lets the values of several keys go into a batch. */
    void set(ClusterBatch values) {
        batch = values;
    }

    boolean hasBuffer() {
        return destination != null;
    }

    boolean hasBatch() {
        return batch != null;
    }

    /** Copies a value into the buffer, if it has the room. */
    void value(DirectBuffer source, int offset, int bytes) {
        if (bytes > destination.capacity() - destinationOffset && !destination.isExpandable()) {
            length = OffHeapCache.INSUFFICIENT_CAPACITY;
        } else {
            destination.putBytes(destinationOffset, source, offset, bytes);
            length = bytes;
        }
    }

    /** Passes the values of several keys to the batch. */
    void values(DirectBuffer source, int offset, int bytes) {
        try {
            batch.accept(source, offset, bytes);
        } catch (final RuntimeException e) {
            // Aeron would pass it to an error handler; the caller gets it instead.
            failure = e;
        }
    }

    /** Sets the length of a response without a value. */
    void noValue() {
        length = 0;
    }

    /** Returns the length of the value, or {@link OffHeapCache#INSUFFICIENT_CAPACITY}. */
    int length() {
        return length;
    }

    /** Throws what the batch has thrown, if anything. */
    void rethrow() {
        if (failure != null) {
            final RuntimeException thrown = failure;
            failure = null;
            throw thrown;
        }
    }
}
