// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.cluster.codec.BatchDecoder;
import io.flagstone.cluster.codec.BatchResponseEncoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.RequestDecoder;
import io.flagstone.cluster.codec.ResponseEncoder;
import io.flagstone.cluster.codec.Status;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Executes requests on the cache and writes their responses.
 *
 * <p>Every member executes every request, reads included, with buffers of the same lengths: a read
 * is a use, and must be one everywhere. A mistake of the caller becomes a status. Every member
 * finds it before anything changes.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
public final class Operations {
    /** Operations from this number on write. */
    private static final int FIRST_WRITE = Operation.PUT.value();

    /** Where a response's value begins. */
    private static final int VALUE_AT =
            MessageHeaderEncoder.ENCODED_LENGTH
                    + ResponseEncoder.BLOCK_LENGTH
                    + ResponseEncoder.valueHeaderLength();

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ResponseEncoder response = new ResponseEncoder();
    private final BatchResponseEncoder batchResponse = new BatchResponseEncoder();
    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer value = new UnsafeBuffer(0, 0);
    private final UnsafeBuffer expected = new UnsafeBuffer(0, 0);
    private final ShardOperations shard;
    private final UnsafeBuffer buffer;
    private final UnsafeBuffer scratch;
    private final int maxResponseBytes;
    private Status status;
    private long number;
    private int valueLength;
    private int length;

    /**
     * Creates the operations.
     *
     * @param shard knows which keys this service has.
     * @param maxEntryBytes the longest value that the cache can have.
     * @param maxResponseBytes the longest response to a batch.
     */
    public Operations(ShardOperations shard, int maxEntryBytes, int maxResponseBytes) {
        this.shard = shard;
        this.maxResponseBytes = maxResponseBytes;
        this.buffer =
                new UnsafeBuffer(new byte[VALUE_AT + Math.max(maxEntryBytes, maxResponseBytes)]);
        this.scratch = new UnsafeBuffer(new byte[maxEntryBytes]);
    }

    /** Returns whether an operation changes the cache. */
    public static boolean isWrite(int operation) {
        return operation >= FIRST_WRITE;
    }

    /** Executes a request. */
    public void execute(OffHeapCache cache, RequestDecoder request) {
        status = Status.OK;
        number = 0;
        valueLength = 0;
        try {
            final Operation operation = request.operation();
            request.wrapKey(key);
            request.wrapValue(value);
            request.wrapExpected(expected);
            if (ShardOperations.takes(operation.value())) {
                status = shard.execute(cache, request, value, buffer, VALUE_AT);
                number = shard.number();
                valueLength = shard.valueLength();
            } else if (!serves(operation)) {
                number = shard.knownVersion();
            } else if (isWrite(operation.value())) {
                write(cache, operation, request);
            } else {
                read(cache, operation, request);
            }
        } catch (final EntryTooLargeException e) {
            status = Status.ENTRY_TOO_LARGE;
        } catch (final IndexOutOfBoundsException e) {
            status = Status.OUTSIDE_VALUE;
        } catch (final IllegalArgumentException e) {
            status = Status.REFUSED;
        }
    }

    /** Returns whether the key is in a slot of this shard. If not, sets the status. */
    private boolean serves(Operation operation) {
        if (!shard.ownsAll()) {
            status = shard.check(operation, key);
        }
        return status == Status.OK;
    }

    private void read(OffHeapCache cache, Operation operation, RequestDecoder request) {
        final int keyLength = key.capacity();
        switch (operation) {
            case GET -> {
                final int found = cache.get(key, 0, keyLength, buffer, VALUE_AT);
                valueLength = Math.max(found, 0);
                found(found >= 0);
            }
            case GET_LONG -> {
                // The two answers differ if, and only if, the key is absent.
                final int index = request.valueIndex();
                final boolean present = cache.contains(key, 0, keyLength);
                number = cache.getLong(key, 0, keyLength, index, 0);
                found(present);
            }
            case CONTAINS -> number = cache.contains(key, 0, keyLength) ? 1 : 0;
            case REMAINING_TTL -> {
                number = cache.remainingTtlNs(key, 0, keyLength);
                found(number != OffHeapCache.NOT_FOUND);
            }
            case SIZE -> number = cache.size();
            default -> status = Status.UNSUPPORTED;
        }
    }

    private void write(OffHeapCache cache, Operation operation, RequestDecoder request) {
        final int keyLength = key.capacity();
        final int length = value.capacity();
        final long ttlNs = request.ttlNs();
        final int index = request.valueIndex();
        switch (operation) {
            case PUT -> is(cache.put(key, 0, keyLength, value, 0, length, ttlNs));
            case PUT_IF_ABSENT -> is(cache.putIfAbsent(key, 0, keyLength, value, 0, length, ttlNs));
            case REPLACE -> is(cache.replace(key, 0, keyLength, value, 0, length, ttlNs));
            case COMPARE_AND_SET -> compareAndSet(cache, ttlNs);
            case REMOVE -> is(cache.remove(key, 0, keyLength));
            case REMOVE_IF_EQUAL ->
                    is(cache.removeIfEqual(key, 0, keyLength, expected, 0, expected.capacity()));
            case PUT_LONG -> is(cache.putLong(key, 0, keyLength, index, request.number()));
            case COMPARE_AND_SET_LONG ->
                    is(
                            cache.compareAndSetLong(
                                    key,
                                    0,
                                    keyLength,
                                    index,
                                    request.expectedNumber(),
                                    request.number()));
            case ADD_AND_GET_LONG -> {
                final boolean present = cache.contains(key, 0, keyLength);
                number = cache.addAndGetLong(key, 0, keyLength, index, request.number(), 0);
                found(present);
            }
            case SET_TTL -> is(cache.setTtl(key, 0, keyLength, ttlNs));
            case CLEAR -> cache.clear();
            default -> status = Status.UNSUPPORTED;
        }
    }

    private void compareAndSet(OffHeapCache cache, long ttlNs) {
        is(
                cache.compareAndSet(
                        key, 0, key.capacity(), expected, value, 0, value.capacity(), ttlNs));
    }

    private void is(boolean result) {
        number = result ? 1 : 0;
    }

    private void found(boolean present) {
        if (!present) {
            status = Status.NOT_FOUND;
        }
    }

    /** Executes a batch. */
    public void execute(OffHeapCache cache, BatchDecoder request) {
        status = Status.OK;
        number = 0;
        valueLength = 0;
        length = 0;
        if (!shard.ownsAll()) {
            status = shard.check(request);
            if (status != Status.OK) {
                number = shard.knownVersion();
                return;
            }
            request.sbeRewind();
        }
        try {
            switch (request.operation()) {
                case GET -> getAll(cache, request);
                case PUT -> putAll(cache, request);
                default -> status = Status.UNSUPPORTED;
            }
        } catch (final EntryTooLargeException e) {
            status = Status.ENTRY_TOO_LARGE;
        } catch (final IndexOutOfBoundsException | IllegalArgumentException e) {
            status = Status.REFUSED;
        }
    }

    /** Puts the entries in their order, up to the first that is refused. */
    private void putAll(OffHeapCache cache, BatchDecoder request) {
        final long ttlNs = request.ttlNs();
        final BatchDecoder.EntriesDecoder entries = request.entries();
        while (entries.hasNext()) {
            entries.next();
            entries.wrapKey(key);
            entries.wrapValue(value);
            cache.put(key, 0, key.capacity(), value, 0, value.capacity(), ttlNs);
            number++;
        }
    }

    private void getAll(OffHeapCache cache, BatchDecoder request) {
        final BatchDecoder.EntriesDecoder entries = request.entries();
        final BatchResponseEncoder.EntriesEncoder found =
                batchResponse.wrapAndApplyHeader(buffer, 0, header).entriesCount(entries.count());
        boolean fits = true;
        while (entries.hasNext()) {
            entries.next();
            entries.wrapKey(key);
            entries.wrapValue(value);
            // Also if the response has no room: it is a use, in every member.
            final int size = cache.get(key, 0, key.capacity(), scratch, 0);
            number += size < 0 ? 0 : 1;
            fits &= batchResponse.limit() + Math.max(size, 0) + VALUE_AT <= maxResponseBytes;
            if (fits) {
                found.next()
                        .present((byte) (size < 0 ? 0 : 1))
                        .putValue(scratch, 0, Math.max(size, 0));
            }
        }
        if (fits) {
            length = batchResponse.limit();
        } else {
            status = Status.RESPONSE_TOO_LONG;
        }
    }

    /** Returns how the last request ended. */
    public Status status() {
        return status;
    }

    /** Returns the number that the last request resulted in. */
    public long number() {
        return number;
    }

    /**
     * Completes the response to the last request.
     *
     * @return its length in {@link #buffer}.
     */
    public int respond(long clientId, long sequence, long logPosition) {
        if (length > 0) {
            batchResponse
                    .sequence(sequence)
                    .clientId(clientId)
                    .number(number)
                    .logPosition(logPosition)
                    .status(status);
            final int batchLength = length;
            length = 0;
            return batchLength;
        }
        return respond(clientId, sequence, logPosition, status, number, valueLength);
    }

    /** Writes a response without a value. */
    public int respond(
            long clientId, long sequence, long logPosition, Status outcome, long result) {
        return respond(clientId, sequence, logPosition, outcome, result, 0);
    }

    private int respond(
            long clientId,
            long sequence,
            long logPosition,
            Status outcome,
            long result,
            int bytes) {
        response.wrapAndApplyHeader(buffer, 0, header)
                .sequence(sequence)
                .clientId(clientId)
                .number(result)
                .logPosition(logPosition)
                .status(outcome);
        buffer.putInt(
                VALUE_AT - ResponseEncoder.valueHeaderLength(), bytes, ByteOrder.LITTLE_ENDIAN);
        return VALUE_AT + bytes;
    }

    /** Returns the buffer that has the response. */
    public UnsafeBuffer buffer() {
        return buffer;
    }
}
