package io.flagstone;

import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.segment.PutMode;
import io.flagstone.segment.Segment;
import io.flagstone.segment.SegmentConfig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The operations on keys that lie in a buffer. */
abstract class BufferKeyOperations extends LongKeyOperations {
    BufferKeyOperations(Segment[] segments, SegmentConfig config) {
        super(segments, config);
    }

    /**
     * Copies a value out. A hit is a use. Takes no lock, unless it has to move the entry in the
     * order of use, is the first to find it expired, or is disturbed by writers again and again.
     *
     * <p>Where the result is negative, the destination's bytes from the offset on mean nothing: a
     * try that a writer disturbed may have left its traces.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param destination where the value goes; the room is its capacity from the offset on.
     * @param destinationOffset where in it.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_SPACE}.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int get(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset) {
        final long hash = hash(key, keyOffset, keyLength);
        final int room = room(destination, destinationOffset);
        return alive(
                reader().get(
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                destination.byteArray(),
                                at(destination, destinationOffset),
                                room),
                key,
                destination);
    }

    /**
     * Reads eight bytes of a value in native order, all at once. A hit is a use. Takes a lock no
     * more often than a get.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param missing what to return if the key is absent.
     * @return the number, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long getLong(
            DirectBuffer key, int keyOffset, int keyLength, int valueIndex, long missing) {
        checkIndex(valueIndex);
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                reader().getLong(
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                valueIndex,
                                missing),
                key,
                null);
    }

    /**
     * Shows a value to a reader where it lies, under the segment's lock. A hit is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param reader called at most once.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean read(DirectBuffer key, int keyOffset, int keyLength, ValueReader reader) {
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                segment(hash).read(hash, key.byteArray(), at(key, keyOffset), keyLength, reader),
                key,
                null);
    }

    /**
     * Tells whether a key is present. Neither a use nor counted as a read. Takes no lock, unless it
     * is the first to find the entry expired, or writers disturb it again and again.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return whether it is present and has not expired.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean contains(DirectBuffer key, int keyOffset, int keyLength) {
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                reader().contains(hash, key.byteArray(), at(key, keyOffset), keyLength), key, null);
    }

    /**
     * Writes a value and the default time to live, whether or not the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return put(key, keyOffset, keyLength, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value and the given time to live, whether or not the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the key was absent.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        final long hash = hash(key, keyOffset, keyLength);
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        return alive(
                segment(hash)
                        .put(
                                PutMode.ALWAYS,
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                value.byteArray(),
                                at(value, valueOffset),
                                valueLength,
                                ttlNs),
                key,
                value);
    }

    /**
     * Writes a value with the default time to live if the key is absent; if it is present, that is
     * a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putIfAbsent(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return putIfAbsent(key, keyOffset, keyLength, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value with the given time to live if the key is absent; if it is present, that is a
     * use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean putIfAbsent(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        final long hash = hash(key, keyOffset, keyLength);
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        return alive(
                segment(hash)
                        .put(
                                PutMode.IF_ABSENT,
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                value.byteArray(),
                                at(value, valueOffset),
                                valueLength,
                                ttlNs),
                key,
                value);
    }

    /**
     * Writes a value and the default time to live if the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return replace(key, keyOffset, keyLength, value, valueOffset, valueLength, DEFAULT_TTL);
    }

    /**
     * Writes a value and the given time to live if the key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean replace(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        final long hash = hash(key, keyOffset, keyLength);
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        return alive(
                segment(hash)
                        .put(
                                PutMode.IF_PRESENT,
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                value.byteArray(),
                                at(value, valueOffset),
                                valueLength,
                                ttlNs),
                key,
                value);
    }

    /**
     * Writes a value over one that has the expected bytes, atomically; the deadline stays. A
     * success is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param expected the expected value's buffer.
     * @param expectedOffset where it starts.
     * @param expectedLength its bytes, from 0.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSet(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength) {
        return compareAndSet(
                key,
                keyOffset,
                keyLength,
                expected,
                expectedOffset,
                expectedLength,
                value,
                valueOffset,
                valueLength,
                KEEP_TTL);
    }

    /**
     * Writes a value over one that has the expected bytes, atomically, with another time to live. A
     * success is a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param expected the expected value's buffer.
     * @param expectedOffset where it starts.
     * @param expectedLength its bytes, from 0.
     * @param value the value's buffer.
     * @param valueOffset where the value starts.
     * @param valueLength its bytes, from 0.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the value was written.
     * @throws EntryTooLargeException if it does not fit a slab; the cache is as it was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean compareAndSet(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long ttlNs) {
        final long hash = hash(key, keyOffset, keyLength);
        checkValue(expected, expectedOffset, expectedLength);
        checkValue(value, valueOffset, valueLength);
        checkTtl(ttlNs);
        return alive(
                segment(hash)
                        .compareAndSet(
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                expected.byteArray(),
                                at(expected, expectedOffset),
                                expectedLength,
                                value.byteArray(),
                                at(value, valueOffset),
                                valueLength,
                                ttlNs),
                key,
                expected,
                value);
    }

    /**
     * Lets an updater change a value where it lies, atomically; its length stays. A use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param updater called at most once; if it throws, the value is as it was found.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean update(DirectBuffer key, int keyOffset, int keyLength, ValueUpdater updater) {
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                segment(hash).update(hash, key.byteArray(), at(key, keyOffset), keyLength, updater),
                key,
                null);
    }

    /**
     * Adds to eight bytes of a value in native order, atomically. A use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param valueIndex where in the value.
     * @param delta what to add; the sum wraps.
     * @param missing what to return if the key is absent.
     * @return the sum, or {@code missing}.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes there; it is as it
     *     was.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long addToLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long delta,
            long missing) {
        final long hash = hash(key, keyOffset, keyLength);
        checkIndex(valueIndex);
        return alive(
                segment(hash)
                        .addToLong(
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                valueIndex,
                                delta,
                                missing),
                key,
                null);
    }

    /**
     * Removes a key.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return whether it was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean remove(DirectBuffer key, int keyOffset, int keyLength) {
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                segment(hash).remove(hash, key.byteArray(), at(key, keyOffset), keyLength),
                key,
                null);
    }

    /**
     * Removes a key whose value has the expected bytes, atomically.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param expected the expected value's buffer.
     * @param expectedOffset where it starts.
     * @param expectedLength its bytes, from 0.
     * @return whether it was removed.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean removeIfEqual(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer expected,
            int expectedOffset,
            int expectedLength) {
        final long hash = hash(key, keyOffset, keyLength);
        checkValue(expected, expectedOffset, expectedLength);
        return alive(
                segment(hash)
                        .removeIfEqual(
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                expected.byteArray(),
                                at(expected, expectedOffset),
                                expectedLength),
                key,
                expected);
    }

    /**
     * Copies a value out and removes its key, atomically; a value that does not fit stays.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param destination where the value goes; the room is its capacity from the offset on.
     * @param destinationOffset where in it.
     * @return the value's length, {@link #NOT_FOUND} or {@link #INSUFFICIENT_SPACE}.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public int getAndRemove(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset) {
        final long hash = hash(key, keyOffset, keyLength);
        final int room = room(destination, destinationOffset);
        return alive(
                segment(hash)
                        .getAndRemove(
                                hash,
                                key.byteArray(),
                                at(key, keyOffset),
                                keyLength,
                                destination.byteArray(),
                                at(destination, destinationOffset),
                                room),
                key,
                destination);
    }

    /**
     * Tells how long a key has to live. Neither a use nor counted as a read. Takes no lock, unless
     * it is the first to find the entry expired, or writers disturb it again and again.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return positive nanoseconds, {@link #NO_TTL}, or {@link #NOT_FOUND}.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long remainingTtlNs(DirectBuffer key, int keyOffset, int keyLength) {
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                reader().remainingTtlNs(hash, key.byteArray(), at(key, keyOffset), keyLength),
                key,
                null);
    }

    /**
     * Gives a key another time to live, from now on, which no use renews. Not a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @param ttlNs positive nanoseconds, {@link #NO_TTL}, {@link #DEFAULT_TTL} or {@link
     *     #KEEP_TTL}.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean setTtl(DirectBuffer key, int keyOffset, int keyLength, long ttlNs) {
        final long hash = hash(key, keyOffset, keyLength);
        checkTtl(ttlNs);
        return alive(
                segment(hash).setTtl(hash, key.byteArray(), at(key, keyOffset), keyLength, ttlNs),
                key,
                null);
    }

    /**
     * Takes a key's time to live away. Not a use.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return whether the key was present.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public boolean persist(DirectBuffer key, int keyOffset, int keyLength) {
        final long hash = hash(key, keyOffset, keyLength);
        return alive(
                segment(hash).setTtl(hash, key.byteArray(), at(key, keyOffset), keyLength, NO_TTL),
                key,
                null);
    }

    /**
     * The segment a key belongs to: bounds and LRU order hold for each segment by itself.
     *
     * @param key the key's buffer.
     * @param keyOffset where the key starts.
     * @param keyLength its bytes, 1 to 65 535.
     * @return its number, from 0.
     */
    public int segmentIndex(DirectBuffer key, int keyOffset, int keyLength) {
        return segmentNumber(hash(key, keyOffset, keyLength));
    }
}
