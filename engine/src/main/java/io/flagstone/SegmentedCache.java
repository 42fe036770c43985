package io.flagstone;

import io.flagstone.entry.EntryDescriptor;
import io.flagstone.index.KeyedHash;
import io.flagstone.memory.RawMemory;
import io.flagstone.segment.Segment;
import io.flagstone.segment.SegmentReader;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The segments of a cache, the way from a key to its own, and the checks of arguments. */
abstract class SegmentedCache {
    /** The key is absent or expired. */
    public static final int NOT_FOUND = Segment.NOT_FOUND;

    /** The destination has too little room, and nothing was copied. */
    public static final int INSUFFICIENT_SPACE = Segment.INSUFFICIENT_SPACE;

    /** No time to live. */
    public static final long NO_TTL = Segment.NO_TTL;

    /** The longest key. */
    public static final int MAX_KEY_LENGTH = EntryDescriptor.MAX_KEY_LENGTH;

    private final KeyedHash keyedHash;
    private final int segmentBits;

    /** Dropped by close, so that the memory can go; the segments themselves refuse late callers. */
    private volatile Segment[] segments;

    /** Those of the segments, by themselves: a hit has one object less to go through. */
    private volatile SegmentReader[] readers;

    SegmentedCache(Segment[] segments, KeyedHash keyedHash) {
        this.segments = segments;
        this.readers = Arrays.stream(segments).map(Segment::reader).toArray(SegmentReader[]::new);
        this.keyedHash = keyedHash;
        this.segmentBits = Integer.numberOfTrailingZeros(segments.length);
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
        readers = null;
    }

    static long at(DirectBuffer buffer, int offset) {
        return buffer.addressOffset() + offset;
    }

    final Segment segment(long hash) {
        return segments()[segmentNumber(hash)];
    }

    final Segment[] segments() {
        return open(segments);
    }

    final SegmentReader reader(long hash) {
        return readers()[segmentNumber(hash)];
    }

    final SegmentReader[] readers() {
        return open(readers);
    }

    private static <T> T[] open(T[] current) {
        if (current == null) {
            throw new IllegalStateException("the cache is closed");
        }
        return current;
    }

    final long hash(DirectBuffer key, int keyOffset, int keyLength) {
        checkKey(key, keyOffset, keyLength);
        return keyedHash.hash(key.byteArray(), at(key, keyOffset), keyLength);
    }

    final long hash(Object keyBase, long keyAddress, int keyLength) {
        return keyBase == EntryDescriptor.LONG_KEY
                ? keyedHash.hash(keyAddress)
                : keyedHash.hash(keyBase, keyAddress, keyLength);
    }

    static void checkKey(DirectBuffer key, int keyOffset, int keyLength) {
        if (keyLength <= 0 || keyLength > MAX_KEY_LENGTH) {
            throw new IllegalArgumentException(
                    "key length " + keyLength + " is not between 1 and " + MAX_KEY_LENGTH);
        }
        RawMemory.checkRange("key", keyOffset, keyLength, key.capacity());
    }

    static void checkValue(DirectBuffer value, int offset, int length) {
        RawMemory.checkRange("value", offset, length, value.capacity());
    }

    static int room(MutableDirectBuffer destination, int offset) {
        RawMemory.checkRange("destination", offset, 0, destination.capacity());
        return destination.capacity() - offset;
    }

    static void checkTtl(long ttlNs) {
        if (ttlNs <= 0) {
            throw new IllegalArgumentException("ttlNs " + ttlNs + " is not positive");
        }
    }

    static void checkIndex(int valueIndex) {
        if (valueIndex < 0) {
            throw new IndexOutOfBoundsException("value index " + valueIndex + " is negative");
        }
    }

    /** Keeps the callers' buffers from being collected while their addresses are in use. */
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
