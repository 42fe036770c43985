package io.flagstone;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.memory.RawMemory;
import io.flagstone.segment.OptimisticReader;
import io.flagstone.segment.PutMode;
import io.flagstone.segment.Segment;
import io.flagstone.segment.SegmentConfig;
import java.lang.ref.Reference;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The operations on many keys at once.
 *
 * <p>A read of a cache that is much larger than the processor's caches waits for two lines of
 * memory one after the other. In a batch all keys wait together: each stage is a short loop that
 * asks for one line of every key, so that the processor has many under way at the same time (group
 * prefetching: Chen, Ailamaki, Gibbons, Mowry: Improving Hash Join Performance through Prefetching,
 * ICDE 2004).
 */
abstract class BatchOperations extends BufferKeyOperations {
    /** Below this the processor's nearest caches hold most of it, and there is nothing to hide. */
    private static final long STAGED_BYTES = 1 << 20;

    private final boolean staged;

    BatchOperations(Segment[] segments, SegmentConfig config, long budgetBytes) {
        super(segments, config);
        this.staged = budgetBytes >= STAGED_BYTES;
    }

    /**
     * Copies the values of many keys out, one after the other, each as {@code get} does: a hit is a
     * use, and each value is whole by itself. There is no one moment at which all were there.
     *
     * <p>With caches much larger than the processor's this costs a fraction of as many single gets.
     *
     * @param batch the keys; takes the lengths and offsets of their values.
     * @param destination where the values go, each to a multiple of 8 from the offset on; a value
     *     that no longer fits is left out, and shorter ones may follow.
     * @param destinationOffset where in it.
     * @return how many values were copied.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int get(MultiGet batch, MutableDirectBuffer destination, int destinationOffset) {
        final int capacity = destination.capacity();
        RawMemory.checkRange("destination", destinationOffset, 0, capacity);
        final OptimisticReader reader = reader();
        final Object base = destination.byteArray();
        final long address = destination.addressOffset();
        if (staged) {
            batch.loaded = prefetch(reader, batch);
        }
        int found = 0;
        int offset = destinationOffset;
        final int size = batch.size();
        for (int i = 0; i < size; i++) {
            final int length =
                    staged
                            ? getStaged(reader, batch, i, base, address + offset, capacity - offset)
                            : getSingly(
                                    reader, batch, i, base, address + offset, capacity - offset);
            batch.result(i, length, offset);
            if (length >= 0) {
                found++;
                final long end =
                        BitUtil.align((long) offset - destinationOffset + length, Long.BYTES);
                offset = (int) Math.min(capacity, destinationOffset + end);
            }
        }
        if (staged) {
            reader.promote(batch.hashes, batch.versions, batch.entries, size);
        }
        Reference.reachabilityFence(reader);
        return alive(found, batch, destination);
    }

    private int getSingly(
            OptimisticReader reader, KeyBatch batch, int i, Object base, long address, int room) {
        final long hash = hash(batch, i);
        return reader.get(
                hash,
                batch.keyBase(i),
                batch.keyAddress(i),
                batch.keyLength(i),
                base,
                address,
                room);
    }

    private int getStaged(
            OptimisticReader reader, KeyBatch batch, int i, Object base, long address, int room) {
        final long hash = batch.hashes[i];
        final Object keyBase = batch.keyBase(i);
        final long keyAddress = batch.keyAddress(i);
        final int keyLength = batch.keyLength(i);
        batch.entries[i] = reader.find(batch.entries[i], hash, keyBase, keyAddress, keyLength);
        return reader.getStaged(
                batch.versions[i],
                batch.entries[i],
                hash,
                keyBase,
                keyAddress,
                keyLength,
                base,
                address,
                room);
    }

    /**
     * Writes the values of many keys with the default time to live, whether or not the keys are
     * present, each as {@code put} does, in the order in which they were added.
     *
     * <p>With caches much larger than the processor's this costs less than as many single puts.
     *
     * @param batch the keys, and where their values are.
     * @param values the values' buffer.
     * @return how many keys were absent.
     * @throws IndexOutOfBoundsException if a value is not inside the buffer; the cache is as it
     *     was.
     * @throws EntryTooLargeException if one does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int put(MultiPut batch, DirectBuffer values) {
        return putAll(batch, values, DEFAULT_TTL);
    }

    /**
     * Writes the values of many keys with the given time to live, whether or not the keys are
     * present, each as {@code put} does, in the order in which they were added.
     *
     * <p>With caches much larger than the processor's this costs less than as many single puts.
     *
     * @param batch the keys, and where their values are.
     * @param values the values' buffer.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return how many keys were absent.
     * @throws IndexOutOfBoundsException if a value is not inside the buffer; the cache is as it
     *     was.
     * @throws EntryTooLargeException if one does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int put(MultiPut batch, DirectBuffer values, long ttlNs) {
        checkTtl(ttlNs);
        return putAll(batch, values, ttlNs);
    }

    private int putAll(MultiPut batch, DirectBuffer values, long ttlNs) {
        final Segment[] segments = segments();
        final int size = batch.size();
        for (int i = 0; i < size; i++) {
            checkValue(values, batch.offset(i), batch.length(i));
            segments[0].checkFits(batch.keyLength(i), batch.length(i));
        }
        if (staged) {
            batch.loaded = prefetch(reader(), batch);
        }
        final Object base = values.byteArray();
        final long address = values.addressOffset();
        int absent = 0;
        for (int i = 0; i < size; i++) {
            final long hash = staged ? batch.hashes[i] : hash(batch, i);
            final boolean added =
                    segments[segmentNumber(hash)].put(
                            PutMode.ALWAYS,
                            hash,
                            batch.keyBase(i),
                            batch.keyAddress(i),
                            batch.keyLength(i),
                            base,
                            address + batch.offset(i),
                            batch.length(i),
                            ttlNs);
            absent += added ? 1 : 0;
        }
        return alive(absent, batch, values);
    }

    private long prefetch(OptimisticReader reader, KeyBatch batch) {
        final int size = batch.size();
        final long[] hashes = batch.hashes;
        long words = 0;
        for (int i = 0; i < size; i++) {
            hashes[i] = hash(batch, i);
            words += reader.prefetchBucket(hashes[i]);
        }
        for (int i = 0; i < size; i++) {
            batch.versions[i] = reader.version(hashes[i]);
            batch.entries[i] = reader.candidate(hashes[i]);
        }
        for (int i = 0; i < size; i++) {
            words += reader.prefetchEntry(hashes[i], batch.entries[i]);
        }
        Reference.reachabilityFence(reader);
        return words;
    }

    private long hash(KeyBatch batch, int number) {
        return hash(batch.keyBase(number), batch.keyAddress(number), batch.keyLength(number));
    }
}
