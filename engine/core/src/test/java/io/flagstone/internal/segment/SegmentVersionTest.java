// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.Region;
import org.junit.jupiter.api.Test;

/** A window that was never closed cannot swap the meanings of odd and even. */
class SegmentVersionTest {
    private final Region region = Region.allocate(1 << 12);

    private long version() {
        return region.getLong(SegmentDescriptor.VERSION);
    }

    @Test
    void aWindowIsOddAndEndsHigherAndEven() {
        SegmentVersion.beginWrite(region);
        assertThat(version()).isEqualTo(1);
        SegmentVersion.endWrite(region);
        assertThat(version()).isEqualTo(2);
        assertThat(SegmentVersion.isCurrent(region, 2)).isTrue();
    }

    @Test
    void aWindowInsideAnOpenWindowIsOdd() {
        final long before = SegmentVersion.read(region);
        SegmentVersion.beginWrite(region);
        SegmentVersion.beginWrite(region);
        assertThat(SegmentVersion.isOdd(version())).isTrue();
        assertThat(SegmentVersion.isCurrent(region, before)).isFalse();
        SegmentVersion.endWrite(region);
        assertThat(SegmentVersion.isOdd(version())).isFalse();
        assertThat(version()).isGreaterThan(before + 1);
    }

    @Test
    void anEndWithoutABeginningLeavesTheVersionEven() {
        SegmentVersion.endWrite(region);
        assertThat(SegmentVersion.isOdd(version())).isFalse();
    }
}
