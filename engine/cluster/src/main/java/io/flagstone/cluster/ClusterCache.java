// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * A cache that lives in a cluster: each call sends one request and waits for its response, also
 * while a new leader is elected.
 *
 * <p>All operations are linearizable. An operation that throws an {@link ClusterRequestException}
 * whose {@linkplain Outcome#isKnown outcome is not known} may have taken effect, or may do so until
 * the next operation of this client does; at most once. No other takes effect if it throws.
 *
 * <p>Use {@link ClusterRequests} to have many requests under way.
 *
 * <p>One thread at a time: the session needs a call now and then, {@link #poll} at the least, or
 * the cluster closes it after some seconds and the next call opens another. Allocates nothing,
 * except for connections and longer requests than before.
 */
public final class ClusterCache implements AutoCloseable {
    private final ClusterRequests requests;
    private final IdleStrategy idle;
    private final ClusterClientContext context;
    private long awaited = ClusterRequests.NOT_NOW;
    private boolean done;
    private Outcome outcome;
    private long number;
    private MutableDirectBuffer destination;
    private int destinationOffset;
    private int length;
    private ClusterBatch batch;
    private RuntimeException failure;

    private ClusterCache(ClusterClientContext context) {
        this.context = context;
        this.idle = context.idleStrategy();
        this.requests = ClusterRequests.connect(context, this::onResponse);
    }

    /**
     * Connects to a cluster.
     *
     * @param context the settings.
     * @return the cache.
     * @throws ClusterRequestException if there is no connection in time, or no room for a client.
     */
    public static ClusterCache connect(ClusterClientContext context) {
        return new ClusterCache(context);
    }

    private void onResponse(
            long request, Outcome end, long result, DirectBuffer buffer, int offset, int bytes) {
        if (request != awaited) {
            return;
        }
        done = true;
        outcome = end;
        number = result;
        if (end == Outcome.OK && destination != null) {
            if (bytes > destination.capacity() - destinationOffset) {
                length = OffHeapCache.INSUFFICIENT_CAPACITY;
            } else {
                destination.putBytes(destinationOffset, buffer, offset, bytes);
                length = bytes;
            }
        } else if (end == Outcome.OK && batch != null && bytes > 0) {
            try {
                batch.accept(buffer, offset, bytes);
            } catch (final RuntimeException e) {
                // Aeron would pass it to the error handler of the connection.
                failure = e;
            }
        }
    }

    /** Waits until a request can begin. */
    private ClusterRequests ready() {
        if (requests.isBusy()) {
            final long startNs = context.clock().nanoTime();
            idle.reset();
            while (requests.isBusy()) {
                idle.idle(requests.poll());
                if (context.clock().nanoTime() - startNs > context.requestTimeoutNs()) {
                    throw new ClusterRequestException(
                            "the cluster does not know this client yet", Outcome.REFUSED);
                }
            }
        }
        return requests;
    }

    /** Waits for a response. Returns whether its number is not 0. */
    private boolean await(long request) {
        awaited = request;
        done = false;
        idle.reset();
        while (!done) {
            idle.idle(requests.poll());
        }
        awaited = ClusterRequests.NOT_NOW;
        if (failure != null) {
            final RuntimeException thrown = failure;
            failure = null;
            throw thrown;
        }
        if (outcome == Outcome.OUTSIDE_VALUE) {
            throw new IndexOutOfBoundsException("the value does not have eight bytes there");
        }
        if (outcome != Outcome.OK && outcome != Outcome.NOT_FOUND) {
            throw new ClusterRequestException("the request has ended as " + outcome, outcome);
        }
        return number != 0;
    }

    /**
     * Keeps the session alive.
     *
     * @return 0 if there was nothing to do.
     */
    public int poll() {
        return requests.poll();
    }

    /**
     * Copies the value of a key into a buffer. A hit is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param target receives the value.
     * @param targetOffset the offset at which to write.
     * @return the value's length, {@link OffHeapCache#NOT_FOUND} or {@link
     *     OffHeapCache#INSUFFICIENT_CAPACITY}.
     */
    public int get(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer target,
            int targetOffset) {
        destination = target;
        destinationOffset = targetOffset;
        try {
            await(ready().get(key, keyOffset, keyLength));
            return outcome == Outcome.OK ? length : OffHeapCache.NOT_FOUND;
        } finally {
            destination = null;
        }
    }

    /**
     * Writes a value.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live in nanoseconds of the cluster's time, or a constant of {@link
     *     OffHeapCache}.
     * @return whether the key was absent.
     */
    public boolean put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return await(
                ready().put(key, keyOffset, keyLength, value, valueOffset, valueLength, ttlNs));
    }

    /**
     * Writes a value if the key is absent.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live in nanoseconds of the cluster's time, or a constant of {@link
     *     OffHeapCache}.
     * @return whether the value was written.
     */
    public boolean putIfAbsent(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return await(
                ready().putIfAbsent(
                                key, keyOffset, keyLength, value, valueOffset, valueLength, ttlNs));
    }

    /**
     * Writes a value if the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live in nanoseconds of the cluster's time, or a constant of {@link
     *     OffHeapCache}.
     * @return whether the value was written.
     */
    public boolean replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return await(
                ready().replace(key, keyOffset, keyLength, value, valueOffset, valueLength, ttlNs));
    }

    /**
     * Replaces a value that is equal to the expected one.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param expected the whole buffer is the expected value.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live in nanoseconds of the cluster's time, or a constant of {@link
     *     OffHeapCache}.
     * @return whether the value was written.
     */
    public boolean compareAndSet(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return await(
                ready().compareAndSet(
                                key,
                                keyOffset,
                                keyLength,
                                expected,
                                value,
                                valueOffset,
                                valueLength,
                                ttlNs));
    }

    /**
     * Removes a key.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return whether the key was present.
     */
    public boolean remove(DirectBuffer key, int keyOffset, int keyLength) {
        return await(ready().remove(key, keyOffset, keyLength));
    }

    /**
     * Removes a key if its value is equal to the expected one.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param expected the whole buffer is the expected value.
     * @return whether the key was removed.
     */
    public boolean removeIfEqual(
            DirectBuffer key, int keyOffset, int keyLength, DirectBuffer expected) {
        return await(ready().removeIfEqual(key, keyOffset, keyLength, expected));
    }

    /**
     * Returns whether a key is present. This is no use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return whether it is present.
     */
    public boolean contains(DirectBuffer key, int keyOffset, int keyLength) {
        return await(ready().contains(key, keyOffset, keyLength));
    }

    /**
     * Reads the {@code long} at an index of a value.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param missing the result if the key is absent.
     * @return the number.
     */
    public long getLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long missing) {
        await(ready().getLong(key, keyOffset, keyLength, valueIndex));
        return outcome == Outcome.OK ? number : missing;
    }

    /**
     * Writes a {@code long} at an index of a value.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param value the number to write.
     * @return whether the key was present.
     */
    public boolean putLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long value) {
        return await(ready().putLong(key, keyOffset, keyLength, valueIndex, value));
    }

    /**
     * Replaces the {@code long} at an index of a value if it is the expected one.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param expected the expected number.
     * @param value the number to write.
     * @return whether it was written.
     */
    public boolean compareAndSetLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long expected,
            long value) {
        return await(
                ready().compareAndSetLong(key, keyOffset, keyLength, valueIndex, expected, value));
    }

    /**
     * Adds to the {@code long} at an index of a value.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param delta what to add.
     * @param missing the result if the key is absent.
     * @return the sum.
     */
    public long addAndGetLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        await(ready().addAndGetLong(key, keyOffset, keyLength, valueIndex, delta));
        return outcome == Outcome.OK ? number : missing;
    }

    /**
     * Sets the time to live of a key, from now.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param ttlNs the time to live, or a constant of {@link OffHeapCache}.
     * @return whether the key was present.
     */
    public boolean setTtl(DirectBuffer key, int keyOffset, int keyLength, long ttlNs) {
        return await(ready().setTtl(key, keyOffset, keyLength, ttlNs));
    }

    /**
     * Returns the remaining time to live of a key. This is no use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return nanoseconds, {@link OffHeapCache#NO_TTL} or {@link OffHeapCache#NOT_FOUND}.
     */
    public long remainingTtlNs(DirectBuffer key, int keyOffset, int keyLength) {
        await(ready().remainingTtlNs(key, keyOffset, keyLength));
        return outcome == Outcome.OK ? number : OffHeapCache.NOT_FOUND;
    }

    /**
     * Returns the number of entries.
     *
     * @return the number, including expired entries that have not been reclaimed.
     */
    public long size() {
        await(ready().size());
        return number;
    }

    /** Removes every entry. */
    public void clear() {
        await(ready().clear());
    }

    /**
     * Reads the values of all keys of a batch, at one moment.
     *
     * @param keys the keys; receives the values.
     * @return how many are present.
     */
    public int getAll(ClusterBatch keys) {
        batch = keys;
        try {
            await(ready().getAll(keys));
            return (int) number;
        } finally {
            batch = null;
        }
    }

    /**
     * Writes all entries of a batch, at one moment, in their order.
     *
     * @param entries the keys and values.
     * @param ttlNs the time to live of each.
     * @throws ClusterRequestException if an entry does not fit; those before it were written.
     */
    public void putAll(ClusterBatch entries, long ttlNs) {
        await(ready().putAll(entries, ttlNs));
    }

    /**
     * Returns the position of the log at the last response. A member that has applied it has this
     * client's writes.
     *
     * @return the position.
     */
    public long lastPosition() {
        return requests.lastPosition();
    }

    /** Leaves the cluster. Closing again does nothing. */
    @Override
    public void close() {
        requests.close();
    }
}
