// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The operations of a cache that lives in one cluster or in several: each call sends a request and
 * waits for its response, also while a new leader is elected.
 *
 * <p>All operations on one key are linearizable. An operation that throws a {@link
 * ClusterRequestException} whose {@linkplain Outcome#isKnown outcome is not known} may have taken
 * effect, or may do so until the next operation of this client in the same cluster does; at most
 * once. No other takes effect if it throws.
 *
 * <p>One thread at a time: the sessions need a call now and then, {@link #poll} at the least, or
 * the cluster closes them after some seconds and the next call opens others. Allocates nothing,
 * except for connections and longer requests than before.
 */
public abstract class ClusterOperations implements AutoCloseable {
    /** There are two kinds, in this package. */
    ClusterOperations() {
        // There is nothing to do.
    }

    /** Returns the connection to the cluster that has a key, when it can take a request. */
    abstract SingleCall route(DirectBuffer key, int keyOffset, int keyLength);

    /**
     * Waits for a response.
     *
     * @return false if the request was not executed, and may be at another cluster or later.
     * @throws ClusterRequestException if the request has not succeeded.
     */
    abstract boolean ends(SingleCall call, long request);

    /**
     * Keeps the sessions alive.
     *
     * @return 0 if there was nothing to do.
     */
    public abstract int poll();

    /** Leaves the cluster. Closing again does nothing. */
    @Override
    public abstract void close();

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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength).into(target, targetOffset);
        } while (!ends(call, call.requests().get(key, keyOffset, keyLength)));
        return call.outcome() == Outcome.OK ? call.length() : OffHeapCache.NOT_FOUND;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call,
                call.requests()
                        .put(key, keyOffset, keyLength, value, valueOffset, valueLength, ttlNs)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call,
                call.requests()
                        .putIfAbsent(
                                key,
                                keyOffset,
                                keyLength,
                                value,
                                valueOffset,
                                valueLength,
                                ttlNs)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call,
                call.requests()
                        .replace(
                                key,
                                keyOffset,
                                keyLength,
                                value,
                                valueOffset,
                                valueLength,
                                ttlNs)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call,
                call.requests()
                        .compareAndSet(
                                key,
                                keyOffset,
                                keyLength,
                                expected,
                                value,
                                valueOffset,
                                valueLength,
                                ttlNs)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(call, call.requests().remove(key, keyOffset, keyLength)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(call, call.requests().removeIfEqual(key, keyOffset, keyLength, expected)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(call, call.requests().contains(key, keyOffset, keyLength)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(call, call.requests().getLong(key, keyOffset, keyLength, valueIndex)));
        return call.outcome() == Outcome.OK ? call.number() : missing;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call, call.requests().putLong(key, keyOffset, keyLength, valueIndex, value)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call,
                call.requests()
                        .compareAndSetLong(
                                key, keyOffset, keyLength, valueIndex, expected, value)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(
                call, call.requests().addAndGetLong(key, keyOffset, keyLength, valueIndex, delta)));
        return call.outcome() == Outcome.OK ? call.number() : missing;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(call, call.requests().setTtl(key, keyOffset, keyLength, ttlNs)));
        return call.number() != 0;
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
        SingleCall call;
        do {
            call = route(key, keyOffset, keyLength);
        } while (!ends(call, call.requests().remainingTtlNs(key, keyOffset, keyLength)));
        return call.outcome() == Outcome.OK ? call.number() : OffHeapCache.NOT_FOUND;
    }
}
