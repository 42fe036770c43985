// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.testing.TestSupport;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A region is aligned and zeroed, reads and writes exactly, and checks both of its ends. */
class RegionTest {
    private static final int CAPACITY = 1024;
    private static final int MAX_LENGTH = 300;
    private static final int WORD = Long.BYTES;

    private final Region region = Region.allocate(CAPACITY + Region.CACHE_LINE);
    private final Random random = new Random(TestSupport.seed());

    private interface Access {
        void at(Region region, int offset);
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128, 129, 1_000, 4_096, 1 << 20})
    void startsOnACacheLineAndIsZeroed(int bytes) {
        final Region allocated = Region.allocate(bytes);
        assertThat(allocated.capacity()).isEqualTo(Region.capacityFor(bytes)).isPositive();
        final UnsafeBuffer view = new UnsafeBuffer(0, 0);
        allocated.wrap(view, 0, allocated.capacity());
        assertThat(view.addressOffset() % Region.CACHE_LINE).isZero();
        for (int i = 0; i < view.capacity(); i++) {
            assertThat(view.getByte(i)).isZero();
        }
    }

    @Test
    void usesAsMuchOfAnAllocationAsAnyAddressAllows() {
        for (int bytes = 0; bytes < 1_000; bytes++) {
            final int capacity = Region.capacityFor(bytes);
            assertThat(capacity % Region.CACHE_LINE).isZero();
            assertThat(capacity).isBetween(0, Math.max(0, bytes - Region.CACHE_LINE + 1));
            assertThat(capacity + 2 * Region.CACHE_LINE - 1).isGreaterThan(bytes);
        }
    }

    @Test
    void readsBackWrittenValues() {
        for (int offset = 1; offset < 64; offset++) {
            region.putByte(offset, 0x1_FE);
            assertThat(region.getUnsignedByte(offset)).isEqualTo(0xFE);
            region.putShort(offset, 0x1_FEDC);
            assertThat(region.getUnsignedShort(offset)).isEqualTo(0xFEDC);
            assertThat(region.getUnsignedByte(offset)).as("low byte first").isEqualTo(0xDC);
            region.putInt(offset, 0xFEDC_BA98);
            assertThat(region.getInt(offset)).isEqualTo(0xFEDC_BA98);
            assertThat(region.getIntOpaque(offset & -4)).isEqualTo(region.getInt(offset & -4));
            assertThat(region.addInt(offset, 0x0123_4568)).isZero();
            assertThat(region.getInt(offset)).isZero();
            region.putLong(offset, 0xFEDC_BA98_7654_3210L);
            assertThat(region.getLong(offset)).isEqualTo(0xFEDC_BA98_7654_3210L);
            assertThat(region.getInt(offset + 4)).isEqualTo(0xFEDC_BA98);
            region.putLong(offset, 0);
        }
    }

    @Test
    void orderedAccessReadsAndWritesTheSameWords() {
        region.putLongRelease(8, 5);
        assertThat(region.getLong(8)).isEqualTo(5);
        assertThat(region.getLongAcquire(8)).isEqualTo(5);
        assertThat(region.getLongOpaque(8)).isEqualTo(5);
        assertThat(region.compareAndSetLong(8, 4, 6)).isFalse();
        assertThat(region.getLong(8)).isEqualTo(5);
        assertThat(region.compareAndSetLong(8, 5, 6)).isTrue();
        assertThat(region.getLong(8)).isEqualTo(6);
    }

    static Stream<Arguments> accesses() {
        final byte[] heap = new byte[64];
        final long heapOffset = new UnsafeBuffer(heap).addressOffset();
        return Stream.of(
                access("getUnsignedByte", 1, Region::getUnsignedByte),
                access("putByte", 1, (r, at) -> r.putByte(at, 0)),
                access("getUnsignedShort", 2, Region::getUnsignedShort),
                access("putShort", 2, (r, at) -> r.putShort(at, 0)),
                access("getInt", 4, Region::getInt),
                access("getIntOpaque", 4, Region::getIntOpaque),
                access("putInt", 4, (r, at) -> r.putInt(at, 0)),
                access("addInt", 4, (r, at) -> r.addInt(at, 0)),
                access("getLong", 8, Region::getLong),
                access("getLongOpaque", 8, Region::getLongOpaque),
                access("getLongAcquire", 8, Region::getLongAcquire),
                access("putLong", 8, (r, at) -> r.putLong(at, 0)),
                access("putLongRelease", 8, (r, at) -> r.putLongRelease(at, 0)),
                access("compareAndSetLong", 8, (r, at) -> r.compareAndSetLong(at, 0, 0)),
                access("copyIn", 24, (r, at) -> r.copyIn(at, heap, heapOffset, 24)),
                access("copyOut", 24, (r, at) -> r.copyOut(at, heap, heapOffset, 24)),
                access("equal", 24, (r, at) -> r.equal(at, heap, heapOffset, 24)),
                access("wrap", 24, (r, at) -> r.wrap(new UnsafeBuffer(0, 0), at, 24)));
    }

    private static Arguments access(String name, int length, Access access) {
        return Arguments.of(name, length, access);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accesses")
    void refusesOffsetsOutsideWhenBoundsAreChecked(String name, int length, Access access) {
        assertThat(Boolean.getBoolean("flagstone.bounds.checks")).isTrue();
        final int last = region.capacity() - length;
        access.at(region, 0);
        access.at(region, last);
        for (final int offset : new int[] {-1, Integer.MIN_VALUE, last + 1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> access.at(region, offset))
                    .as(name)
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void refusesNegativeLengths() {
        assertThatThrownBy(() -> region.wrap(new UnsafeBuffer(0, 0), 8, -1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("-1 bytes at offset 8")
                .hasMessageContaining(Integer.toString(region.capacity()));
    }

    @Test
    void aFlyweightGivesAccessToItsPartOnly() {
        final UnsafeBuffer view = new UnsafeBuffer(new byte[1]);
        region.putLong(128, 42);
        region.wrap(view, 128, 8);
        assertThat(view.capacity()).isEqualTo(8);
        assertThat(view.getLong(0)).isEqualTo(42);
        assertThat(view.byteBuffer()).as("no buffer that would show the whole region").isNull();
        assertThat(view.byteArray()).isNull();
        assertThatThrownBy(() -> view.getByte(8)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void copiesInAtEveryLengthAndAlignment() {
        final byte[] source = new byte[MAX_LENGTH + 2 * WORD];
        random.nextBytes(source);
        final long sourceOffset = new UnsafeBuffer(source).addressOffset();
        final byte[] expected = new byte[region.capacity()];
        final UnsafeBuffer all = new UnsafeBuffer(0, 0);
        region.wrap(all, 0, region.capacity());
        for (int length = 0; length <= MAX_LENGTH; length++) {
            for (int from = 0; from < WORD; from++) {
                for (int to = WORD; to < 2 * WORD; to++) {
                    all.setMemory(0, all.capacity(), (byte) 0x5A);
                    region.copyIn(to, source, sourceOffset + from, length);
                    Arrays.fill(expected, (byte) 0x5A);
                    System.arraycopy(source, from, expected, to, length);
                    assertThat(all.compareTo(new UnsafeBuffer(expected)))
                            .as("%d bytes from %d to %d", length, from, to)
                            .isZero();
                }
            }
        }
    }

    @Test
    void copiesOutAtEveryLengthAndAlignment() {
        final byte[] content = new byte[MAX_LENGTH + 2 * WORD];
        random.nextBytes(content);
        region.copyIn(0, content, new UnsafeBuffer(content).addressOffset(), content.length);
        final byte[] target = new byte[MAX_LENGTH + 3 * WORD];
        final long targetOffset = new UnsafeBuffer(target).addressOffset();
        final byte[] expected = new byte[target.length];
        for (int length = 0; length <= MAX_LENGTH; length++) {
            for (int from = 0; from < WORD; from++) {
                for (int to = WORD; to < 2 * WORD; to++) {
                    Arrays.fill(target, (byte) 0x5A);
                    region.copyOut(from, target, targetOffset + to, length);
                    Arrays.fill(expected, (byte) 0x5A);
                    System.arraycopy(content, from, expected, to, length);
                    assertThat(Arrays.equals(target, expected))
                            .as("%d bytes from %d to %d", length, from, to)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void comparesEveryByteOfTheRangeAndNoOther() {
        final byte[] other = new byte[MAX_LENGTH + 3 * WORD];
        random.nextBytes(other);
        final long start = new UnsafeBuffer(other).addressOffset();
        for (int length = 0; length <= MAX_LENGTH; length++) {
            final int offset = WORD + (length & 7);
            final int from = WORD + (length * 3 & 7);
            region.copyIn(offset, other, start + from, length);
            region.putByte(offset - 1, ~other[from - 1]);
            region.putByte(offset + length, ~other[from + length]);
            assertThat(region.equal(offset, other, start + from, length))
                    .as("%d bytes", length)
                    .isTrue();
            for (int i = 0; i < length; i++) {
                final int bit = 1 << (i & 7);
                other[from + i] ^= (byte) bit;
                assertThat(region.equal(offset, other, start + from, length))
                        .as("byte %d of %d differs", i, length)
                        .isFalse();
                other[from + i] ^= (byte) bit;
            }
        }
    }
}
