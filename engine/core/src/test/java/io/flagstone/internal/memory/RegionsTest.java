// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Reads by address see the same words as the regions, and are checked like theirs in tests. */
class RegionsTest {
    private static final int BYTES = 1024;
    private static final byte[] HEAP = new byte[64];
    private static final long HEAP_OFFSET = new UnsafeBuffer(HEAP).addressOffset();

    private final Region first = Region.allocate(BYTES);
    private final Region second = Region.allocate(BYTES);
    private final Regions regions = new Regions(new Region[] {first, second});

    private interface Access {
        void at(long address);
    }

    @Test
    void readsTheWordsOfItsRegion() {
        second.putLong(64, 0xFEDC_BA98_7654_3210L);
        final long at = regions.address(1) + 64;
        assertThat(regions.get(1)).isSameAs(second);
        assertThat(regions.capacity()).isEqualTo(second.capacity());
        assertThat(Regions.getUnsignedShort(at + 6)).isEqualTo(0xFEDC);
        assertThat(Regions.getInt(at)).isEqualTo(0x7654_3210);
        assertThat(Regions.getLong(at)).isEqualTo(0xFEDC_BA98_7654_3210L);
        assertThat(Regions.getLongOpaque(at)).isEqualTo(0xFEDC_BA98_7654_3210L);
        assertThat(Regions.getLongAcquire(at)).isEqualTo(0xFEDC_BA98_7654_3210L);
        assertThat(Regions.getLong(regions.address(0) + 64)).isZero();
        Regions.copyOut(at, HEAP, HEAP_OFFSET, 8);
        assertThat(HEAP[0]).isEqualTo((byte) 0x10);
        assertThat(Regions.equal(at, HEAP, HEAP_OFFSET, 8)).isTrue();
    }

    static Stream<Arguments> accesses() {
        return Stream.of(
                access("getUnsignedShort", 2, Regions::getUnsignedShort),
                access("getInt", 4, Regions::getInt),
                access("getLong", 8, Regions::getLong),
                access("getLongOpaque", 8, Regions::getLongOpaque),
                access("getLongAcquire", 8, Regions::getLongAcquire),
                access("copyOut", 24, at -> Regions.copyOut(at, HEAP, HEAP_OFFSET, 24)),
                access("equal", 24, at -> Regions.equal(at, HEAP, HEAP_OFFSET, 24)));
    }

    private static Arguments access(String name, int length, Access access) {
        return Arguments.of(name, length, access);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accesses")
    void refusesAddressesOutsideWhenBoundsAreChecked(String name, int length, Access access) {
        for (int segment = 0; segment < 2; segment++) {
            final long start = regions.address(segment);
            final long last = start + regions.capacity() - length;
            access.at(start);
            access.at(last);
            for (final long address : new long[] {start - 1, last + 1, 0, Long.MAX_VALUE}) {
                assertThatThrownBy(() -> access.at(address))
                        .as(name)
                        .isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accesses")
    void countsEveryAccessForFaults(String name, int length, Access access) {
        AccessFaults.arm(1, false, new StackOverflowError());
        try {
            assertThatThrownBy(() -> access.at(regions.address(0)))
                    .as(name)
                    .isInstanceOf(StackOverflowError.class);
        } finally {
            assertThat(AccessFaults.disarm()).isEqualTo(1);
        }
    }

    @Test
    void aLaterRegionReplacesThoseWhoseMemoryItHas() {
        final Region whole = Region.allocate(4 * BYTES);
        new Regions(new Region[] {whole.part(0, BYTES), whole.part(BYTES, BYTES)});
        new Regions(new Region[] {whole.part(BYTES / 2, 2 * BYTES)});
        final long start = whole.address() + BYTES / 2;
        Regions.getLong(start);
        Regions.getLong(start + BYTES);
        Regions.getLong(start + 2 * BYTES - 8);
        assertThatThrownBy(() -> Regions.getLong(whole.address()))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
