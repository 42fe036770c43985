// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tests that rejected keys that return soon widen the window and late hits narrow it. */
class AdmissionFilterTest {
    private static final int ENTRIES = 1_000;

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final Region region = Region.allocate(AdmissionFilter.length(ENTRIES) + 128);
    private final AdmissionFilter filter = new AdmissionFilter(region, 0, ENTRIES);

    AdmissionFilterTest() {
        filter.layOut();
    }

    @Test
    void keyUsedMoreWins() {
        filter.sketch().increment(region, 1);
        assertThat(filter.isUsedMore(1, 2)).isTrue();
        assertThat(filter.isUsedMore(2, 1)).isFalse();
        filter.arrived(2, ENTRIES);
        assertThat(filter.isUsedMore(1, 2)).as("a tie").isFalse();
        assertThat(filter.isUsedMore(2, 1)).as("a tie").isFalse();
    }

    @Test
    void rejectedKeyThatReturnsSoonWidensWindow() {
        final int before = filter.windowOf(ENTRIES);
        for (int i = 0; i < 100; i++) {
            final int hash = random.nextInt();
            filter.rejected(hash);
            filter.arrived(hash, ENTRIES);
            filter.arrived(hash, ENTRIES);
        }
        assertThat(filter.windowOf(ENTRIES) - before).isBetween(98, 101);
    }

    @Test
    void keyRejectedLongAgoDoesNotWidenWindow() {
        final int before = filter.windowOf(ENTRIES);
        final int hash = 12_345;
        filter.rejected(hash);
        for (int i = 0; i <= ENTRIES / AdmissionFilter.LATE_DIVISOR; i++) {
            filter.rejected(i << 16);
        }
        filter.arrived(hash, ENTRIES);
        assertThat(filter.windowOf(ENTRIES)).isEqualTo(before);
    }

    @Test
    void lateHitsNarrowWindowToMinimum() {
        final int before = filter.windowOf(ENTRIES);
        for (int i = 0; i < 100; i++) {
            filter.hitLate(ENTRIES);
        }
        assertThat(before - filter.windowOf(ENTRIES)).isBetween(98, 101);
        for (int i = 0; i < ENTRIES; i++) {
            filter.hitLate(ENTRIES);
        }
        assertThat(filter.windowOf(ENTRIES)).isEqualTo(ENTRIES / 100 - 1);
        assertThat(filter.windowOf(1)).isEqualTo(1);
    }

    @Test
    void shareStaysWithinBoundsInTinySegment() {
        for (int i = 0; i < 10; i++) {
            filter.rejected(i);
            filter.arrived(i, 1);
        }
        assertThat(filter.windowOf(ENTRIES)).isEqualTo(ENTRIES);
        filter.hitLate(1);
        assertThat(filter.windowOf(ENTRIES)).isLessThan(ENTRIES / 50);
    }

    @Test
    void arrivalsOfFiveTimesTheEntriesAgeTheSketch() {
        for (int i = 0; i < 15; i++) {
            filter.sketch().increment(region, 99);
        }
        for (int i = 0; i < 4 * ENTRIES; i++) {
            filter.arrived(random.nextInt(), ENTRIES);
        }
        for (int i = 0; i < 2 * ENTRIES; i++) {
            filter.arrived(random.nextInt(), ENTRIES);
        }
        assertThat(filter.sketch().frequency(region, 99)).isBetween(3, 8);
    }

    @Test
    void writesNothingAfterItsEnd() {
        for (int i = 0; i < 100_000; i++) {
            final int hash = random.nextInt();
            filter.rejected(hash);
            filter.arrived(random.nextBoolean() ? hash : random.nextInt(), ENTRIES);
        }
        assertThat(region.getLong(AdmissionFilter.length(ENTRIES))).isZero();
    }
}
