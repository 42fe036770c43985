// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.testing.TestSupport;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The kinds of key that operations take, behind one interface. */
enum KeyKind {
    /** A {@code long}. */
    LONG {
        @Override
        Keyed over(OffHeapCache cache) {
            return new LongKeyed(cache);
        }
    },

    /** Eight bytes somewhere in an array. */
    EIGHT_BYTES {
        @Override
        Keyed over(OffHeapCache cache) {
            return new BufferKeyed(cache) {
                @Override
                int key(int id) {
                    buffer = new UnsafeBuffer(new byte[KEY_OFFSET + Long.BYTES + 3]);
                    buffer.putLong(KEY_OFFSET, id);
                    return Long.BYTES;
                }
            };
        }
    },

    /** Text somewhere in direct memory. */
    TEXT {
        @Override
        Keyed over(OffHeapCache cache) {
            return new BufferKeyed(cache) {
                @Override
                int key(int id) {
                    final byte[] text = ("key number " + id).getBytes(StandardCharsets.US_ASCII);
                    buffer =
                            new UnsafeBuffer(
                                    ByteBuffer.allocateDirect(KEY_OFFSET + text.length + 1));
                    buffer.putBytes(KEY_OFFSET, text);
                    return text.length;
                }
            };
        }
    };

    abstract Keyed over(OffHeapCache cache);

    /** Operations with numbered keys and texts as values, which lie between other bytes. */
    abstract static class Keyed {
        static final int VALUE_OFFSET = 3;
        final OffHeapCache cache;

        Keyed(OffHeapCache cache) {
            this.cache = cache;
        }

        static UnsafeBuffer embed(String value) {
            return TestSupport.bytes("<<<" + value + ">>>>");
        }

        /** Returns the value, or {@code null}. */
        final String value(int id) {
            final String[] found = new String[1];
            read(id, view -> found[0] = TestSupport.string(view));
            return found[0];
        }

        abstract int get(int id, MutableDirectBuffer destination, int offset);

        abstract boolean read(int id, ValueReader reader);

        abstract boolean contains(int id);

        abstract boolean put(int id, String value);

        abstract boolean put(int id, String value, long ttlNs);

        abstract boolean putIfAbsent(int id, String value);

        abstract boolean putIfAbsent(int id, String value, long ttlNs);

        abstract boolean replace(int id, String value);

        abstract boolean replace(int id, String value, long ttlNs);

        abstract boolean compareAndSet(int id, String expected, String value);

        abstract boolean compareAndSet(int id, String expected, String value, long ttlNs);

        abstract boolean update(int id, ValueUpdater updater);

        abstract long addAndGetLong(int id, int index, long delta, long missing);

        abstract boolean remove(int id);

        abstract boolean removeIfEqual(int id, String expected);

        abstract int getAndRemove(int id, MutableDirectBuffer destination, int offset);

        abstract long remainingTtlNs(int id);

        abstract boolean setTtl(int id, long ttlNs);

        abstract boolean persist(int id);

        abstract int segmentIndex(int id);
    }

    private static final class LongKeyed extends Keyed {
        LongKeyed(OffHeapCache cache) {
            super(cache);
        }

        @Override
        int get(int id, MutableDirectBuffer destination, int offset) {
            return cache.get(id, destination, offset);
        }

        @Override
        boolean read(int id, ValueReader reader) {
            return cache.read(id, reader);
        }

        @Override
        boolean contains(int id) {
            return cache.contains(id);
        }

        @Override
        boolean put(int id, String value) {
            return cache.put(id, embed(value), VALUE_OFFSET, value.length());
        }

        @Override
        boolean put(int id, String value, long ttlNs) {
            return cache.put(id, embed(value), VALUE_OFFSET, value.length(), ttlNs);
        }

        @Override
        boolean putIfAbsent(int id, String value) {
            return cache.putIfAbsent(id, embed(value), VALUE_OFFSET, value.length());
        }

        @Override
        boolean putIfAbsent(int id, String value, long ttlNs) {
            return cache.putIfAbsent(id, embed(value), VALUE_OFFSET, value.length(), ttlNs);
        }

        @Override
        boolean replace(int id, String value) {
            return cache.replace(id, embed(value), VALUE_OFFSET, value.length());
        }

        @Override
        boolean replace(int id, String value, long ttlNs) {
            return cache.replace(id, embed(value), VALUE_OFFSET, value.length(), ttlNs);
        }

        @Override
        boolean compareAndSet(int id, String expected, String value) {
            return cache.compareAndSet(
                    id,
                    TestSupport.part(embed(expected), VALUE_OFFSET, expected.length()),
                    embed(value),
                    VALUE_OFFSET,
                    value.length());
        }

        @Override
        boolean compareAndSet(int id, String expected, String value, long ttlNs) {
            return cache.compareAndSet(
                    id,
                    TestSupport.part(embed(expected), VALUE_OFFSET, expected.length()),
                    embed(value),
                    VALUE_OFFSET,
                    value.length(),
                    ttlNs);
        }

        @Override
        boolean update(int id, ValueUpdater updater) {
            return cache.update(id, updater);
        }

        @Override
        long addAndGetLong(int id, int index, long delta, long missing) {
            return cache.addAndGetLong(id, index, delta, missing);
        }

        @Override
        boolean remove(int id) {
            return cache.remove(id);
        }

        @Override
        boolean removeIfEqual(int id, String expected) {
            return cache.removeIfEqual(id, embed(expected), VALUE_OFFSET, expected.length());
        }

        @Override
        int getAndRemove(int id, MutableDirectBuffer destination, int offset) {
            return cache.getAndRemove(id, destination, offset);
        }

        @Override
        long remainingTtlNs(int id) {
            return cache.remainingTtlNs(id);
        }

        @Override
        boolean setTtl(int id, long ttlNs) {
            return cache.setTtl(id, ttlNs);
        }

        @Override
        boolean persist(int id) {
            return cache.persist(id);
        }

        @Override
        int segmentIndex(int id) {
            return cache.segmentIndex(id);
        }
    }

    private abstract static class BufferKeyed extends Keyed {
        static final int KEY_OFFSET = 5;
        UnsafeBuffer buffer;

        BufferKeyed(OffHeapCache cache) {
            super(cache);
        }

        /** Writes the key into the buffer and returns its length. */
        abstract int key(int id);

        @Override
        int get(int id, MutableDirectBuffer destination, int offset) {
            final int length = key(id);
            return cache.get(buffer, KEY_OFFSET, length, destination, offset);
        }

        @Override
        boolean read(int id, ValueReader reader) {
            final int length = key(id);
            return cache.read(buffer, KEY_OFFSET, length, reader);
        }

        @Override
        boolean contains(int id) {
            final int length = key(id);
            return cache.contains(buffer, KEY_OFFSET, length);
        }

        @Override
        boolean put(int id, String value) {
            final int length = key(id);
            return cache.put(
                    buffer, KEY_OFFSET, length, embed(value), VALUE_OFFSET, value.length());
        }

        @Override
        boolean put(int id, String value, long ttlNs) {
            final int length = key(id);
            return cache.put(
                    buffer, KEY_OFFSET, length, embed(value), VALUE_OFFSET, value.length(), ttlNs);
        }

        @Override
        boolean putIfAbsent(int id, String value) {
            final int length = key(id);
            return cache.putIfAbsent(
                    buffer, KEY_OFFSET, length, embed(value), VALUE_OFFSET, value.length());
        }

        @Override
        boolean putIfAbsent(int id, String value, long ttlNs) {
            final int length = key(id);
            return cache.putIfAbsent(
                    buffer, KEY_OFFSET, length, embed(value), VALUE_OFFSET, value.length(), ttlNs);
        }

        @Override
        boolean replace(int id, String value) {
            final int length = key(id);
            return cache.replace(
                    buffer, KEY_OFFSET, length, embed(value), VALUE_OFFSET, value.length());
        }

        @Override
        boolean replace(int id, String value, long ttlNs) {
            final int length = key(id);
            return cache.replace(
                    buffer, KEY_OFFSET, length, embed(value), VALUE_OFFSET, value.length(), ttlNs);
        }

        @Override
        boolean compareAndSet(int id, String expected, String value) {
            final int length = key(id);
            return cache.compareAndSet(
                    buffer,
                    KEY_OFFSET,
                    length,
                    TestSupport.part(embed(expected), VALUE_OFFSET, expected.length()),
                    embed(value),
                    VALUE_OFFSET,
                    value.length());
        }

        @Override
        boolean compareAndSet(int id, String expected, String value, long ttlNs) {
            final int length = key(id);
            return cache.compareAndSet(
                    buffer,
                    KEY_OFFSET,
                    length,
                    TestSupport.part(embed(expected), VALUE_OFFSET, expected.length()),
                    embed(value),
                    VALUE_OFFSET,
                    value.length(),
                    ttlNs);
        }

        @Override
        boolean update(int id, ValueUpdater updater) {
            final int length = key(id);
            return cache.update(buffer, KEY_OFFSET, length, updater);
        }

        @Override
        long addAndGetLong(int id, int index, long delta, long missing) {
            final int length = key(id);
            return cache.addAndGetLong(buffer, KEY_OFFSET, length, index, delta, missing);
        }

        @Override
        boolean remove(int id) {
            final int length = key(id);
            return cache.remove(buffer, KEY_OFFSET, length);
        }

        @Override
        boolean removeIfEqual(int id, String expected) {
            final int length = key(id);
            return cache.removeIfEqual(
                    buffer, KEY_OFFSET, length, embed(expected), VALUE_OFFSET, expected.length());
        }

        @Override
        int getAndRemove(int id, MutableDirectBuffer destination, int offset) {
            final int length = key(id);
            return cache.getAndRemove(buffer, KEY_OFFSET, length, destination, offset);
        }

        @Override
        long remainingTtlNs(int id) {
            final int length = key(id);
            return cache.remainingTtlNs(buffer, KEY_OFFSET, length);
        }

        @Override
        boolean setTtl(int id, long ttlNs) {
            final int length = key(id);
            return cache.setTtl(buffer, KEY_OFFSET, length, ttlNs);
        }

        @Override
        boolean persist(int id) {
            final int length = key(id);
            return cache.persist(buffer, KEY_OFFSET, length);
        }

        @Override
        int segmentIndex(int id) {
            final int length = key(id);
            return cache.segmentIndex(buffer, KEY_OFFSET, length);
        }
    }
}
