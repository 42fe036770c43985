// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.CacheClosedException;
import io.flagstone.api.ReadOnlyCacheException;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.BatchReader;
import io.flagstone.internal.segment.Following;
import io.flagstone.internal.segment.OptimisticReader;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.TimesToLive;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The segments of a cache, the mapping of keys to segments, and the checks of arguments. */
abstract class SegmentedCache {
    /** The key is absent or expired. */
    public static final int NOT_FOUND = Segment.NOT_FOUND;

    /** The destination has too little room for the value, so the value was not copied. */
    public static final int INSUFFICIENT_CAPACITY = Segment.INSUFFICIENT_CAPACITY;

    /** No time to live: the entry does not expire. */
    public static final long NO_TTL = TimesToLive.NONE;

    /**
     * The time to live that the cache was built with. Use it in place of a number of nanoseconds.
     */
    public static final long DEFAULT_TTL = TimesToLive.DEFAULT;

    /**
     * Keeps the deadline of a present key. An absent key gets {@link #DEFAULT_TTL}. Use it in place
     * of a number of nanoseconds.
     */
    public static final long KEEP_TTL = TimesToLive.KEEP;

    /** The largest length of a key, in bytes. */
    public static final int MAX_KEY_LENGTH = EntryDescriptor.MAX_KEY_LENGTH;

    private final KeyedHash keyedHash;
    private final Following following;
    private final int segmentBits;
    private final int maxValueBytes;

    /**
     * The segments, or {@code null} after close, so that their memory can be freed. The segments
     * themselves reject late callers.
     */
    private volatile Segment[] segments;

    /** The reads without a lock, or {@code null} after close. */
    private volatile OptimisticReader reader;

    private volatile BatchReader batchReader;

    SegmentedCache(Segment[] segments, SegmentConfig config) {
        this.segments = segments;
        final OptimisticReader reads = new OptimisticReader(segments, config);
        this.reader = reads;
        this.batchReader = new BatchReader(reads, segments, config);
        this.keyedHash = config.hash();
        this.following = config.times().following();
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
        this.maxValueBytes = config.layout().classes().maxEntryBytes();
    }

    final long hash(long key) {
        return keyedHash.hash(key);
    }

    final int segmentNumber(long hash) {
        return KeyedHash.segment(hash, segmentBits);
    }

    final Segment[] segmentsOrNull() {
        return segments;
    }

    final void dropSegments() {
        segments = null;
        reader = null;
        batchReader = null;
    }

    static long at(DirectBuffer buffer, int offset) {
        return buffer.addressOffset() + offset;
    }

    final Segment segment(long hash) {
        return segments()[segmentNumber(hash)];
    }

    /**
     * Returns the segment of a hash, for a write of a user.
     *
     * @throws ReadOnlyCacheException if the cache follows another.
     */
    final Segment writable(long hash) {
        final Segment segment = segment(hash);
        checkTakesWrites();
        return segment;
    }

    /**
     * Checks that users may write to the cache.
     *
     * @throws ReadOnlyCacheException if the cache follows another.
     */
    final void checkTakesWrites() {
        if (follows()) {
            throw new ReadOnlyCacheException();
        }
    }

    final boolean follows() {
        return following.isOn();
    }

    final Segment[] segments() {
        return open(segments);
    }

    final OptimisticReader reader() {
        return open(reader);
    }

    final BatchReader batchReader() {
        return open(batchReader);
    }

    private static <T> T open(T current) {
        if (current == null) {
            throw new CacheClosedException();
        }
        return current;
    }

    final long hash(Object keyBase, long keyAddress, int keyLength) {
        return keyBase == EntryDescriptor.LONG_KEY
                ? keyedHash.hash(keyAddress)
                : keyedHash.hash(keyBase, keyAddress, keyLength);
    }

    static void checkKey(DirectBuffer key, int keyOffset, int keyLength) {
        if (keyLength <= 0 || keyLength > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "key length must be between 1 and "
                            + MAX_KEY_LENGTH
                            + ": keyLength="
                            + keyLength);
        }
        RawMemory.checkRange("key", keyOffset, keyLength, key.capacity());
    }

    static void checkValue(DirectBuffer value, int offset, int length) {
        RawMemory.checkRange("value", offset, length, value.capacity());
    }

    static void checkValueLength(int length) {
        if (length < 0) {
            throw new IllegalArgumentException(
                    "value length must not be negative: valueLength=" + length);
        }
    }

    /** Returns the room of a destination from an offset on. */
    static int room(MutableDirectBuffer destination, int offset) {
        RawMemory.checkRange("destination", offset, 0, destination.capacity());
        checkWritable(destination);
        return destination.capacity() - offset;
    }

    static void checkDestination(MutableDirectBuffer destination, int offset, int length) {
        RawMemory.checkRange("destination", offset, length, destination.capacity());
        checkWritable(destination);
    }

    /** Checks that a destination is writable. A write to a read-only one might crash the JVM. */
    private static void checkWritable(MutableDirectBuffer destination) {
        final ByteBuffer memory = destination.byteBuffer();
        if (memory != null && memory.isReadOnly()) {
            throw new IllegalArgumentException(
                    "the destination must not wrap a read-only buffer: buffer=" + memory);
        }
    }

    static MappedCopy copyOfKey(DirectBuffer key, int keyOffset, int keyLength) {
        checkKey(key, keyOffset, keyLength);
        return MappedCopy.of(key, keyOffset, keyLength);
    }

    static MappedCopy copyOfExpected(DirectBuffer expected, int offset, int length) {
        checkValue(expected, offset, length);
        return MappedCopy.of(expected, offset, length);
    }

    /**
     * Returns a copy of a value to put.
     *
     * @throws io.flagstone.api.EntryTooLargeException if the entry does not fit a slab.
     */
    final MappedCopy copyOfValue(int keyLength, DirectBuffer value, int offset, int length) {
        checkValue(value, offset, length);
        segments()[0].checkFits(keyLength, length);
        return MappedCopy.of(value, offset, length);
    }

    /** Reads a key of either kind. A reader has one method for each. */
    static int get(
            OptimisticReader reader,
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            Object base,
            long address,
            int room) {
        return keyBase == EntryDescriptor.LONG_KEY
                ? reader.get(hash, keyAddress, base, address, room)
                : reader.get(hash, keyBase, keyAddress, keyLength, base, address, room);
    }

    /**
     * Copies a value to mapped memory, after the read, and then removes it on request if it is
     * still the same. So a fault in the destination's memory occurs without a lock and leaves the
     * entry in place. A value longer than the kept copy buffer is read twice.
     */
    final int getMapped(
            OptimisticReader reads,
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            long destination,
            int room,
            MappedRead kind) {
        final boolean remove = kind == MappedRead.GET_AND_REMOVE;
        if (remove) {
            checkTakesWrites();
        }
        final int limit = Math.min(room, maxValueBytes);
        int most = Math.min(limit, MappedCopy.KEPT_BYTES);
        while (true) {
            try (MappedCopy copy = MappedCopy.take(most)) {
                final byte[] base = copy.buffer().byteArray();
                final long address = copy.buffer().addressOffset();
                final int length =
                        kind == MappedRead.PEEK
                                ? reads.peek(
                                        hash, keyBase, keyAddress, keyLength, base, address, most)
                                : get(
                                        reads,
                                        hash,
                                        keyBase,
                                        keyAddress,
                                        keyLength,
                                        base,
                                        address,
                                        most);
                if (length >= 0) {
                    copy.copyOut(destination, length);
                }
                if (length == INSUFFICIENT_CAPACITY && most < limit) {
                    most = limit;
                } else if (length < 0
                        || !remove
                        || segment(hash)
                                .removeIfEqual(
                                        hash,
                                        keyBase,
                                        keyAddress,
                                        keyLength,
                                        base,
                                        address,
                                        length)) {
                    return length;
                }
            }
        }
    }

    /** Copies a value without a use. The caller keeps the key's memory reachable. */
    final int peek(
            long hash,
            Object keyBase,
            long keyAddress,
            int keyLength,
            MutableDirectBuffer destination,
            int offset) {
        final int room = room(destination, offset);
        if (MappedCopy.isNeeded(destination)) {
            return getMapped(
                    reader(),
                    hash,
                    keyBase,
                    keyAddress,
                    keyLength,
                    at(destination, offset),
                    room,
                    MappedRead.PEEK);
        }
        final byte[] base = destination.byteArray();
        final long address = at(destination, offset);
        final Object owner = RawMemory.owner(destination);
        // A second attempt without the lock would look up the bytes that the first one wrote over
        // the key.
        final int length =
                keyBase != EntryDescriptor.LONG_KEY
                                && RawMemory.overlap(
                                        (byte[]) keyBase,
                                        keyAddress,
                                        keyLength,
                                        base,
                                        address,
                                        room)
                        ? segment(hash)
                                .peek(hash, keyBase, keyAddress, keyLength, base, address, room)
                        : reader().peek(hash, keyBase, keyAddress, keyLength, base, address, room);
        return alive(length, owner, null);
    }

    static void checkTtl(long ttlNs) {
        if (ttlNs <= 0 && ttlNs > KEEP_TTL) {
            throw new IllegalArgumentException("ttlNs must be positive: ttlNs=" + ttlNs);
        }
    }

    static void checkIndex(int valueIndex) {
        if (valueIndex < 0) {
            throw new IndexOutOfBoundsException(
                    "valueIndex must not be negative: valueIndex=" + valueIndex);
        }
    }

    /**
     * Keeps the memory of the callers' buffers reachable while its addresses are in use; see {@link
     * RawMemory#owner}.
     */
    static boolean alive(boolean result, Object first, Object second) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        return result;
    }

    static int alive(int result, Object first, Object second) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        return result;
    }

    static long alive(long result, Object first, Object second) {
        Reference.reachabilityFence(first);
        Reference.reachabilityFence(second);
        return result;
    }

    static boolean alive(boolean result, Object first, Object second, Object third) {
        Reference.reachabilityFence(third);
        return alive(result, first, second);
    }
}
