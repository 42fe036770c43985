// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.BatchReader;
import io.flagstone.internal.segment.OptimisticReader;
import io.flagstone.internal.segment.PutCondition;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import java.lang.ref.Reference;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The operations on batches of keys.
 *
 * <p>A read of a cache that is much larger than the processor's caches waits for two lines of
 * memory one after the other. In a batch, all keys wait at the same time: each stage is a short
 * loop that requests one line of every key, so that the processor has many loads in flight (group
 * prefetching: Chen, Ailamaki, Gibbons, Mowry: Improving Hash Join Performance through Prefetching,
 * ICDE 2004).
 */
abstract class BatchOperations extends NumberOperations {
    /**
     * The smallest cache for which batches prefetch. The processor's nearest caches hold most of a
     * smaller one.
     */
    private static final long STAGED_BYTES = 1 << 20;

    /** The longest array that every JVM can allocate. */
    private static final int MAX_COPY_BYTES = Integer.MAX_VALUE - 8;

    private final boolean staged;

    BatchOperations(Segment[] segments, SegmentConfig config, long budgetBytes) {
        super(segments, config);
        this.staged = budgetBytes >= STAGED_BYTES;
    }

    /**
     * Copies the values of many keys into a buffer, one after the other, each as {@code get} does.
     * Each hit is a use. Each value is consistent by itself, but the batch is not one atomic read.
     *
     * <p>For caches much larger than the processor's, this costs a fraction of the same number of
     * single gets.
     *
     * @param batch the keys; receives the lengths and offsets of their values.
     * @param destination receives the values, each at a multiple of 8 bytes from the offset; a
     *     value that no longer fits is skipped, and shorter ones may follow.
     * @param destinationOffset the offset at which to write.
     * @return the number of values copied.
     * @throws IllegalArgumentException if the destination is read-only.
     * @throws IllegalStateException if the cache is closed, if one of its callbacks makes the call,
     *     or if another call uses the batch.
     */
    public int get(MultiGet batch, MutableDirectBuffer destination, int destinationOffset) {
        batch.checkUnused();
        try {
            batch.inUse = true;
            return getAll(batch, destination, destinationOffset);
        } finally {
            batch.inUse = false;
        }
    }

    private int getAll(MultiGet batch, MutableDirectBuffer destination, int destinationOffset) {
        final int room = room(destination, destinationOffset);
        final Object base = destination.byteArray();
        final long address = at(destination, destinationOffset);
        final Object owner = RawMemory.owner(destination);
        final boolean mapped = MappedCopy.isNeeded(destination);
        final boolean inStages = staged && !mapped;
        final OptimisticReader reader = reader();
        final BatchReader stages = batchReader();
        if (inStages) {
            batch.loaded = prefetch(stages, batch);
        }
        int found = 0;
        int used = 0;
        final int size = batch.size();
        for (int i = 0; i < size; i++) {
            final long to = address + used;
            final int length =
                    inStages
                            ? getStaged(stages, reader, batch, i, base, to, room - used)
                            : mapped
                                    ? getMapped(reader, batch, i, to, room - used)
                                    : getSingly(reader, batch, i, base, to, room - used);
            batch.result(i, length, destinationOffset + used);
            if (length >= 0) {
                found++;
                used = (int) Math.min(room, BitUtil.align((long) used + length, Long.BYTES));
            }
        }
        if (inStages) {
            stages.promote(batch.hashes, batch.versions, batch.entries, size);
        }
        Reference.reachabilityFence(reader);
        return alive(found, owner, null);
    }

    private int getMapped(OptimisticReader reader, KeyBatch batch, int i, long address, int room) {
        final long hash = hash(batch, i);
        return getMapped(
                reader,
                hash,
                batch.keyBase(i),
                batch.keyAddress(i),
                batch.keyLength(i),
                address,
                room,
                MappedRead.GET);
    }

    private int getSingly(
            OptimisticReader reader, KeyBatch batch, int i, Object base, long address, int room) {
        final long hash = hash(batch, i);
        return get(
                reader,
                hash,
                batch.keyBase(i),
                batch.keyAddress(i),
                batch.keyLength(i),
                base,
                address,
                room);
    }

    /**
     * Reads a key in stages. Takes the batch's own reader for a key that has to be read again, so
     * that a close in between does not end a batch in the middle.
     */
    private int getStaged(
            BatchReader stages,
            OptimisticReader reader,
            KeyBatch batch,
            int i,
            Object base,
            long address,
            int room) {
        final long hash = batch.hashes[i];
        final int keyLength = batch.keyLength(i);
        final int entry =
                batch.isLong(i)
                        ? stages.find(batch.entries[i], hash, batch.keyAddress(i))
                        : stages.find(hash, batch.keyBase(i), batch.keyAddress(i), keyLength);
        batch.entries[i] = entry;
        final int length =
                reader.getFound(batch.versions[i], entry, hash, keyLength, base, address, room);
        if (length == OptimisticReader.UNSETTLED) {
            // The entry may be garbage. The single read promotes the right one.
            batch.entries[i] = Region.NONE;
            return getSingly(reader, batch, i, base, address, room);
        }
        return length;
    }

    /**
     * Writes the values of many keys with the default time to live, in the order in which the keys
     * were added, each as {@code put} does.
     *
     * <p>For caches much larger than the processor's, this costs less than the same number of
     * single puts.
     *
     * @param batch the keys and the positions of their values.
     * @param values the buffer of the values.
     * @return the number of keys that were absent.
     * @throws IndexOutOfBoundsException if a value is not inside the buffer; the cache is
     *     unchanged.
     * @throws EntryTooLargeException if an entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, if one of its callbacks makes the call,
     *     or if another call uses the batch.
     */
    public int put(MultiPut batch, DirectBuffer values) {
        return putAll(batch, values, DEFAULT_TTL);
    }

    /**
     * Writes the values of many keys with the given time to live, in the order in which the keys
     * were added, each as {@code put} does.
     *
     * <p>For caches much larger than the processor's, this costs less than the same number of
     * single puts.
     *
     * @param batch the keys and the positions of their values.
     * @param values the buffer of the values.
     * @param ttlNs the time to live: positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or
     *     {@link #KEEP_TTL}.
     * @return the number of keys that were absent.
     * @throws IndexOutOfBoundsException if a value is not inside the buffer; the cache is
     *     unchanged.
     * @throws EntryTooLargeException if an entry does not fit a slab; the cache is unchanged.
     * @throws IllegalStateException if the cache is closed, if one of its callbacks makes the call,
     *     or if another call uses the batch.
     */
    public int put(MultiPut batch, DirectBuffer values, long ttlNs) {
        checkTtl(ttlNs);
        return putAll(batch, values, ttlNs);
    }

    private int putAll(MultiPut batch, DirectBuffer values, long ttlNs) {
        batch.checkUnused();
        try {
            batch.inUse = true;
            final int capacity = values.capacity();
            final byte[] base = values.byteArray();
            final long address = values.addressOffset();
            final Object owner = RawMemory.owner(values);
            final long bytes = checkAll(batch, capacity);
            checkTakesWrites();
            if (MappedCopy.isNeeded(values)) {
                return putCopies(batch, owner, address, bytes, ttlNs);
            }
            return alive(putAll(batch, base, address, false, ttlNs), owner, null);
        } finally {
            batch.inUse = false;
        }
    }

    /** Checks every value and returns the sum of the lengths. */
    private long checkAll(MultiPut batch, int capacity) {
        final Segment segment = segments()[0];
        long bytes = 0;
        for (int i = 0; i < batch.size(); i++) {
            RawMemory.checkRange("value", batch.offset(i), batch.length(i), capacity);
            segment.checkFits(batch.keyLength(i), batch.length(i));
            bytes += batch.length(i);
        }
        return bytes;
    }

    /** Copies all values, which are in mapped memory, before the first is put. */
    private int putCopies(MultiPut batch, Object owner, long address, long bytes, long ttlNs) {
        if (bytes > MAX_COPY_BYTES) {
            throw new IllegalArgumentException(
                    "values in mapped memory must have at most "
                            + MAX_COPY_BYTES
                            + " bytes together, because they are copied;"
                            + " put fewer keys in a batch: valueBytes="
                            + bytes);
        }
        try (MappedCopy copy = MappedCopy.take((int) bytes)) {
            int used = 0;
            for (int i = 0; i < batch.size(); i++) {
                copy.copyIn(used, address + batch.offset(i), batch.length(i));
                used += batch.length(i);
            }
            Reference.reachabilityFence(owner);
            MappedCopy.throwFault();
            final UnsafeBuffer buffer = copy.buffer();
            return putAll(batch, buffer.byteArray(), buffer.addressOffset(), true, ttlNs);
        }
    }

    /**
     * Puts values that have been checked.
     *
     * @param packed whether the values are contiguous, instead of at the batch's offsets.
     */
    private int putAll(MultiPut batch, byte[] base, long address, boolean packed, long ttlNs) {
        final Segment[] segments = segments();
        if (staged) {
            batch.loaded = prefetch(batchReader(), batch);
        }
        int absent = 0;
        int used = 0;
        final int size = batch.size();
        for (int i = 0; i < size; i++) {
            final long hash = staged ? batch.hashes[i] : hash(batch, i);
            final boolean added =
                    segments[segmentNumber(hash)].put(
                            PutCondition.ALWAYS,
                            hash,
                            batch.keyBase(i),
                            batch.keyAddress(i),
                            EntryLengths.of(batch.keyLength(i), batch.length(i)),
                            base,
                            address + (packed ? used : batch.offset(i)),
                            ttlNs);
            absent += added ? 1 : 0;
            used += batch.length(i);
        }
        return absent;
    }

    private long prefetch(BatchReader stages, KeyBatch batch) {
        final int size = batch.size();
        final long[] hashes = batch.hashes;
        long words = 0;
        for (int i = 0; i < size; i++) {
            hashes[i] = hash(batch, i);
            words += stages.prefetchBucket(hashes[i]);
        }
        for (int i = 0; i < size; i++) {
            batch.versions[i] = stages.version(hashes[i]);
            batch.entries[i] = stages.candidate(hashes[i]);
        }
        for (int i = 0; i < size; i++) {
            words += stages.prefetchEntry(hashes[i], batch.entries[i]);
        }
        Reference.reachabilityFence(stages);
        return words;
    }

    private long hash(KeyBatch batch, int number) {
        return hash(batch.keyBase(number), batch.keyAddress(number), batch.keyLength(number));
    }
}
