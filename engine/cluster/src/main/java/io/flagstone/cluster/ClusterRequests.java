// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.BatchEncoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.RequestEncoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A client of a {@link FlagstoneClusteredService} that may have many requests under way.
 *
 * <p>Each operation returns the number of its request at once, or {@link #NOT_NOW} if as many are
 * under way as the cluster allows. {@link #poll} passes the responses to the handler. Requests of
 * one client are executed in their order.
 *
 * <p><b>Fail-over.</b> When there is a new leader, or a response does not come, the requests that
 * are under way are sent again, with the same numbers. The members execute each at most once. A
 * request that has timed out is given up: if it has not taken effect by the time the next request
 * does, it never will.
 *
 * <p>All operations are linearizable. A {@code get} is a use, like one of the engine.
 *
 * <p>One thread at a time. Allocates nothing, except for connections and for requests that are
 * longer than those before.
 */
public final class ClusterRequests extends RequestSession {
    /** No request can begin now: call {@link #poll} first. */
    public static final long NOT_NOW = -1;

    private static final int MAX_KEY_LENGTH = 0xFFFE;

    /** The key of requests that need none. */
    private static final DirectBuffer NO_KEY = new UnsafeBuffer(new byte[1]);

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final RequestEncoder request = new RequestEncoder();
    private final BatchEncoder batchRequest = new BatchEncoder();

    private ClusterRequests(ClusterClientContext context, ResponseHandler handler) {
        super(context, handler);
    }

    /**
     * Connects to a cluster and waits until it knows this client.
     *
     * @param context the settings.
     * @param handler receives the responses, within {@link #poll}.
     * @return a client.
     * @throws ClusterRequestException if that takes longer than a request may, or if there are too
     *     many clients.
     */
    public static ClusterRequests connect(ClusterClientContext context, ResponseHandler handler) {
        final ClusterRequests client = new ClusterRequests(context, handler);
        boolean connected = false;
        try {
            client.awaitKnown();
            connected = true;
        } finally {
            if (!connected) {
                client.close();
            }
        }
        return client;
    }

    static void checkKey(int keyLength) {
        if (keyLength <= 0 || keyLength > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "key length must be between 1 and "
                            + MAX_KEY_LENGTH
                            + ": keyLength="
                            + keyLength);
        }
    }

    /** Begins a request. The caller sets the other fields, and then key, value and expected. */
    private RequestEncoder begin(Operation operation) {
        return request.wrapAndApplyHeader(nextBuffer(), 0, headerEncoder)
                .ttlNs(0)
                .number(0)
                .expectedNumber(0)
                .valueIndex(0)
                .operation(operation);
    }

    private long commit() {
        return commit(request.limit());
    }

    private long withKey(Operation operation, DirectBuffer key, int keyOffset, int keyLength) {
        return withIndex(operation, key, keyOffset, keyLength, 0, 0, 0);
    }

    private long withIndex(
            Operation operation,
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long number,
            long expected) {
        checkKey(keyLength);
        if (isBusy()) {
            return NOT_NOW;
        }
        begin(operation).valueIndex(valueIndex).number(number).expectedNumber(expected);
        request.putKey(key, keyOffset, keyLength).putValue(EMPTY, 0, 0).putExpected(EMPTY, 0, 0);
        return commit();
    }

    private long withValue(
            Operation operation,
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        checkKey(keyLength);
        if (isBusy()) {
            return NOT_NOW;
        }
        begin(operation).ttlNs(ttlNs);
        request.putKey(key, keyOffset, keyLength)
                .putValue(value, valueOffset, valueLength)
                .putExpected(EMPTY, 0, 0);
        return commit();
    }

    /**
     * Reads a value. The response has the value, or the outcome {@link Outcome#NOT_FOUND}.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 534.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long get(DirectBuffer key, int keyOffset, int keyLength) {
        return withKey(Operation.GET, key, keyOffset, keyLength);
    }

    /**
     * Reads the {@code long} at an index of a value.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long getLong(DirectBuffer key, int keyOffset, int keyLength, int valueIndex) {
        return withIndex(Operation.GET_LONG, key, keyOffset, keyLength, valueIndex, 0, 0);
    }

    /**
     * Asks whether a key is present. This is no use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long contains(DirectBuffer key, int keyOffset, int keyLength) {
        return withKey(Operation.CONTAINS, key, keyOffset, keyLength);
    }

    /**
     * Asks for the remaining time to live, in nanoseconds, {@code OffHeapCache.NO_TTL} without an
     * end. This is no use.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long remainingTtlNs(DirectBuffer key, int keyOffset, int keyLength) {
        return withKey(Operation.REMAINING_TTL, key, keyOffset, keyLength);
    }

    /**
     * Asks for the number of entries.
     *
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long size() {
        return withKey(Operation.SIZE, NO_KEY, 0, 1);
    }

    /**
     * Writes a value. The number of the response is 1 if the key was absent.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live in nanoseconds of the cluster's time, or a constant of {@code
     *     OffHeapCache}.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return withValue(
                Operation.PUT, key, keyOffset, keyLength, value, valueOffset, valueLength, ttlNs);
    }

    /**
     * Writes a value if the key is absent. The number of the response is 1 if it was written.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long putIfAbsent(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return withValue(
                Operation.PUT_IF_ABSENT,
                key,
                keyOffset,
                keyLength,
                value,
                valueOffset,
                valueLength,
                ttlNs);
    }

    /**
     * Writes a value if the key is present. The number of the response is 1 if it was written.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        return withValue(
                Operation.REPLACE,
                key,
                keyOffset,
                keyLength,
                value,
                valueOffset,
                valueLength,
                ttlNs);
    }

    /**
     * Replaces a value that is equal to the expected one. The number of the response is 1 if it was
     * written.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param expected the whole buffer is the expected value.
     * @param value the value's buffer.
     * @param valueOffset the offset of the value.
     * @param valueLength the length of the value in bytes.
     * @param ttlNs the time to live.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long compareAndSet(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        checkKey(keyLength);
        if (isBusy()) {
            return NOT_NOW;
        }
        begin(Operation.COMPARE_AND_SET).ttlNs(ttlNs);
        request.putKey(key, keyOffset, keyLength)
                .putValue(value, valueOffset, valueLength)
                .putExpected(expected, 0, expected.capacity());
        return commit();
    }

    /**
     * Removes a key. The number of the response is 1 if it was present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long remove(DirectBuffer key, int keyOffset, int keyLength) {
        return withKey(Operation.REMOVE, key, keyOffset, keyLength);
    }

    /**
     * Removes a key if its value is equal to the expected one. The number of the response is 1 if
     * it was removed.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param expected the whole buffer is the expected value.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long removeIfEqual(
            DirectBuffer key, int keyOffset, int keyLength, DirectBuffer expected) {
        checkKey(keyLength);
        if (isBusy()) {
            return NOT_NOW;
        }
        begin(Operation.REMOVE_IF_EQUAL);
        request.putKey(key, keyOffset, keyLength)
                .putValue(EMPTY, 0, 0)
                .putExpected(expected, 0, expected.capacity());
        return commit();
    }

    /**
     * Writes a {@code long} at an index of a value. The number of the response is 1 if the key was
     * present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param number to write.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long putLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long number) {
        return withIndex(Operation.PUT_LONG, key, keyOffset, keyLength, valueIndex, number, 0);
    }

    /**
     * Replaces the {@code long} at an index of a value if it is the expected one. The number of the
     * response is 1 if it was written.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param expected the expected number.
     * @param number to write.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long compareAndSetLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long expected,
            long number) {
        return withIndex(
                Operation.COMPARE_AND_SET_LONG,
                key,
                keyOffset,
                keyLength,
                valueIndex,
                number,
                expected);
    }

    /**
     * Adds to the {@code long} at an index of a value. The number of the response is the sum.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param valueIndex the offset in the value.
     * @param delta what to add.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long addAndGetLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long delta) {
        return withIndex(
                Operation.ADD_AND_GET_LONG, key, keyOffset, keyLength, valueIndex, delta, 0);
    }

    /**
     * Sets the time to live of a key, from now. The number of the response is 1 if the key was
     * present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param ttlNs the time to live.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long setTtl(DirectBuffer key, int keyOffset, int keyLength, long ttlNs) {
        return withValue(Operation.SET_TTL, key, keyOffset, keyLength, EMPTY, 0, 0, ttlNs);
    }

    /**
     * Removes every entry.
     *
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long clear() {
        return withKey(Operation.CLEAR, NO_KEY, 0, 1);
    }

    /**
     * Reads the values of all keys of a batch, at one place of the log. The number of the response
     * is the count of keys that are present; pass the rest to {@link ClusterBatch#accept}.
     *
     * @param batch the keys.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long getAll(ClusterBatch batch) {
        return withBatch(Operation.GET, batch, 0);
    }

    /**
     * Writes all entries of a batch, at one place of the log, in their order. The number of the
     * response is the count of entries that were written: if one is refused, those after it are not
     * written.
     *
     * @param batch the entries.
     * @param ttlNs the time to live of each.
     * @return the request's number, or {@link #NOT_NOW}.
     */
    public long putAll(ClusterBatch batch, long ttlNs) {
        return withBatch(Operation.PUT, batch, ttlNs);
    }

    /** Sends a request to the shard itself: for the map, or a step of a move. */
    long shard(
            Operation operation,
            int index,
            long number,
            long expected,
            DirectBuffer value,
            int valueLength) {
        if (isBusy()) {
            return NOT_NOW;
        }
        begin(operation).valueIndex(index).number(number).expectedNumber(expected);
        request.putKey(NO_KEY, 0, 1).putValue(value, 0, valueLength).putExpected(EMPTY, 0, 0);
        return commit();
    }

    private long withBatch(Operation operation, ClusterBatch batch, long ttlNs) {
        if (isBusy()) {
            return NOT_NOW;
        }
        final MutableDirectBuffer buffer = nextBuffer();
        batchRequest.wrapAndApplyHeader(buffer, 0, headerEncoder).ttlNs(ttlNs).operation(operation);
        int at = batchRequest.limit();
        buffer.putShort(at, (short) 0, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(at + Short.BYTES, (short) batch.size(), ByteOrder.LITTLE_ENDIAN);
        at += 2 * Short.BYTES;
        buffer.putBytes(at, batch.entries(), 0, batch.entriesLength());
        return commit(at + batch.entriesLength());
    }
}
