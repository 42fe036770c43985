// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.SCAN_DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of every kind and length, and arguments in every kind of buffer. */
class KeysAndBuffersTest extends OperationsFixture {
    @Test
    void aLongIsTheSameKeyAsItsEightBytes() {
        open(KeyKind.LONG);
        final KeyKind.Keyed bytes = KeyKind.EIGHT_BYTES.over(cache);
        for (final int id : new int[] {0, 1, -1, 77, Integer.MIN_VALUE}) {
            assertThat(keyed.put(id, "long " + id)).isTrue();
            assertThat(bytes.value(id)).isEqualTo("long " + id);
            assertThat(bytes.put(id, "bytes")).isFalse();
            assertThat(keyed.value(id)).isEqualTo("bytes");
            assertThat(bytes.segmentIndex(id)).isEqualTo(keyed.segmentIndex(id));
        }
        final UnsafeBuffer seven = new UnsafeBuffer(new byte[7]);
        assertThat(cache.contains(seven, 0, 7)).as("a prefix is another key").isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 255, 256, 257, 65_535})
    void keysMayHaveAnyLengthAndEveryByteCounts(int length) {
        open(KeyKind.LONG, builder -> builder.memoryBytes(1 << 22).slabBytes(1 << 18));
        final UnsafeBuffer key = new UnsafeBuffer(new byte[length + 2]);
        key.setMemory(0, key.capacity(), (byte) 7);
        final UnsafeBuffer value = TestSupport.bytes("value");
        cache.put(key, 1, length, value, 0, 5);
        key.putByte(0, (byte) 8);
        key.putByte(length + 1, (byte) 8);
        assertThat(cache.contains(key, 1, length)).isTrue();
        for (final int i : new int[] {0, length / 2, length - 1}) {
            key.putByte(1 + i, (byte) 9);
            assertThat(cache.contains(key, 1, length)).as("byte %d differs", i).isFalse();
            key.putByte(1 + i, (byte) 7);
        }
        assertThat(length == 1 || !cache.contains(key, 1, length - 1)).isTrue();
        final List<Integer> seen = new ArrayList<>();
        for (long cursor = 0; cursor != SCAN_DONE; ) {
            cursor = cache.scan(cursor, 10, (k, v) -> seen.add(k.capacity()));
        }
        assertThat(seen).containsExactly(length);
        assertThat(cache.remove(key, 1, length)).isTrue();
    }

    @Test
    void buffersMayBeOfAnyKind() {
        open(KeyKind.LONG);
        final ByteBuffer heap = ByteBuffer.allocate(32);
        final ByteBuffer direct = ByteBuffer.allocateDirect(32);
        final List<MutableDirectBuffer> buffers =
                List.of(
                        new UnsafeBuffer(new byte[32]),
                        new UnsafeBuffer(new byte[40], 5, 32),
                        new UnsafeBuffer(heap),
                        new UnsafeBuffer(heap.position(9).slice()),
                        new UnsafeBuffer(direct),
                        new UnsafeBuffer(direct.position(7).slice()),
                        new UnsafeBuffer(new UnsafeBuffer(direct), 3, 20),
                        new ExpandableArrayBuffer(32));
        for (final MutableDirectBuffer from : buffers) {
            for (final MutableDirectBuffer to : buffers) {
                from.setMemory(0, 20, (byte) '-');
                from.putStringWithoutLengthAscii(2, "key");
                from.putStringWithoutLengthAscii(9, "value");
                assertThat(cache.put(from, 2, 3, from, 9, 5)).isTrue();
                final int length = cache.getAndRemove(from, 2, 3, to, 1);
                assertThat(to.getStringWithoutLengthAscii(1, length)).isEqualTo("value");
            }
        }
        assertThat(cache.size()).isZero();
    }
}
