// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.CrashRig.Setup;
import io.flagstone.internal.slab.SlabRecovery;
import io.flagstone.testing.TestSupport;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A segment in which nothing was under way is kept as it is, unless something in it contradicts the
 * rest. Random bits of such segments are flipped: the audit finds nothing in what is kept, apart
 * from the two things that the check does not look at.
 */
@Tag("any-jdk")
class IntactSegmentTest {
    private static final int FLIPS = TestSupport.repetitions(4_000);
    private static final long TTL = CrashRig.TTL;

    private static CrashRig filled(Setup setup) {
        final CrashRig rig = new CrashRig(setup);
        final Random random = new Random(TestSupport.seed());
        for (long key = 2; key < 260; key++) {
            final long ttl = random.nextInt(3) == 0 ? TTL * (300 + key) : TimesToLive.DEFAULT;
            final int more = random.nextInt(setup == Setup.RUNS && key % 9 == 0 ? 9_000 : 400);
            rig.put(rig.segment, key, 24 + more, 'o', ttl);
            if (key % 3 == 0) {
                rig.get(rig.segment, key - random.nextInt(20));
            }
            if (key % 7 == 0) {
                rig.remove(rig.segment, key / 2);
            }
            rig.nowNs += CrashRig.TICK;
        }
        rig.segment.doWork(rig.nowNs);
        return rig;
    }

    private static boolean isIntact(Segment segment, long nowNs) {
        return new SlabRecovery(segment.store.entries.slabs).impossibleSlab() == Region.NONE
                && new IntactSegment(segment.region, segment.config, segment.store).isIntact(nowNs);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILTERED")
    void whatPassesHasACleanAudit(Setup setup) {
        final CrashRig rig = filled(setup);
        final byte[] image = rig.image();
        final int first = SegmentDescriptor.RECENCY;
        final int tables = rig.layout().slabsOffset() - first;
        final Random random = new Random(TestSupport.seed());
        int passed = 0;
        assertThat(isIntact(rig.over(image), rig.nowNs)).isTrue();
        for (int i = 0; i < FLIPS; i++) {
            final int bytes = random.nextBoolean() ? tables : image.length - first;
            final int bit = 8 * first + random.nextInt(8 * bytes);
            CrashRig.flip(image, bit);
            final Segment found = rig.over(image);
            if (isIntact(found, rig.nowNs) && isRecovered(found, rig.nowNs)) {
                passed++;
                // A reader that comes to the cell of an empty slot must stay in the region.
                rig.get(found, 1);
                TestSupport.assertUsable(
                        found.audit(),
                        "%s, seed %d, bit %d".formatted(setup, TestSupport.seed(), bit));
            }
            CrashRig.flip(image, bit);
        }
        assertThat(passed).isBetween(1, FLIPS - 1);
    }

    /** Recovers a segment. The bit may be in a stripe, so that the undo record makes no sense. */
    private static boolean isRecovered(Segment segment, long nowNs) {
        try {
            segment.recoverEntries(nowNs);
            return true;
        } catch (final SegmentDamagedException e) {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FILTERED")
    void anIntactSegmentIsKeptToTheLastByte(Setup setup) {
        final CrashRig rig = filled(setup);
        final byte[] image = rig.image();
        final long entries = rig.segment.size();
        final RecoveryCounts counts = rig.over(image).recoverEntries(rig.nowNs);
        assertThat(counts).isEqualTo(new RecoveryCounts(entries, 0, 0));
        final SegmentLayout layout = rig.layout();
        final byte[] recovered = rig.secondImage();
        assertSame(recovered, image, layout.wheelOffset(), layout.stripesOffset());
        assertSame(recovered, image, layout.slabsOffset(), image.length);
    }

    private static void assertSame(byte[] found, byte[] image, int from, int to) {
        assertThat(Arrays.copyOfRange(found, from, to))
                .isEqualTo(Arrays.copyOfRange(image, from, to));
    }

    @ParameterizedTest
    @EnumSource
    void expiredEntriesAreDiscarded(Setup setup) {
        final CrashRig rig = filled(setup);
        final byte[] image = rig.image();
        final long entries = rig.segment.size();
        for (final long later : new long[] {1, 380, 450, 700}) {
            rig.nowNs = later * TTL;
            final Segment found = rig.over(image);
            final RecoveryCounts counts = found.recoverEntries(rig.nowNs);
            assertThat(counts.kept() + counts.expired()).isEqualTo(entries);
            assertThat(rig.contents(found)).hasSize((int) counts.kept());
            CrashRig.assertSound(found, counts.kept());
        }
    }

    /**
     * A recovery ends at one of its first accesses, which undo the write, and another one begins.
     */
    private static void recoverAgain(CrashRig rig, byte[] image) {
        for (int access = 1; access <= 400; access++) {
            final byte[][] rest = new byte[1][];
            AccessFaults.interrupt(access, () -> rest[0] = rig.secondImage());
            rig.over(image).recoverEntries(rig.nowNs);
            AccessFaults.disarm();
            if (rest[0] != null) {
                rig.recovered(rest[0]);
            }
        }
    }

    /** The wheel files an entry by the deadline of a write in place that is then undone. */
    @Test
    void anEntryThatTheWheelHasMovedMeanwhileIsFiledAgain() {
        final long key = 7_000;
        final CrashRig rig = filled(Setup.STRIPED);
        rig.put(rig.segment, key, 48, 'o', 3 * TTL);
        final byte[] start = rig.image();
        final long startNs = rig.nowNs;
        final long accesses =
                CrashRig.accesses(rig.segment, s -> rig.put(s, key, 48, 'n', 90 * TTL));
        for (long access = 1; access <= accesses; access++) {
            rig.nowNs = startNs;
            rig.load(start);
            final byte[][] image = new byte[1][];
            AccessFaults.interrupt(
                    access,
                    () -> {
                        while (rig.nowNs < startNs + 3 * TTL - 20 * CrashRig.TICK) {
                            rig.nowNs += 16 * CrashRig.TICK;
                            rig.segment.doWork(rig.nowNs);
                        }
                        image[0] = rig.image();
                    });
            rig.put(rig.segment, key, 48, 'n', 90 * TTL);
            AccessFaults.disarm();
            if (image[0] != null) {
                assertThat(rig.contents(rig.recovered(image[0]))).containsKey(CrashRig.name(key));
                final long deadline =
                        rig.contents(rig.over(image[0])).get(CrashRig.name(key)).deadline();
                if (deadline > startNs + 3 * TTL) {
                    recoverAgain(rig, image[0]);
                }
            }
        }
    }
}
