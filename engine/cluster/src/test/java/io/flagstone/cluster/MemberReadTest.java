// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.io.File;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members in this process, and readers that reach them over the network. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class MemberReadTest {
    private static final long WIDE_NS = TimeUnit.MINUTES.toNanos(10);
    private static final long NARROW_NS = TimeUnit.MILLISECONDS.toNanos(500);

    @TempDir File directory;
    private ClusterRig rig;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8192]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[8192]);
    private final MemberReader[] readers = new MemberReader[ClusterRig.MEMBERS];

    @BeforeEach
    void start() {
        rig = new ClusterRig(new File(directory, "cluster"), member -> ClusterRig.small());
        for (int i = 0; i < readers.length; i++) {
            readers[i] = rig.reader(i);
        }
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private long put(ClusterCache cache, long number, long of, int length) {
        key.putLong(0, number);
        value.putLong(0, of);
        cache.put(key, 0, 8, value, 0, length, OffHeapCache.NO_TTL);
        return cache.lastPosition();
    }

    /** Returns whether a reader has an answer with this value. */
    private boolean has(MemberReader reader, long number, long of, long maxStalenessNs) {
        key.putLong(0, number);
        try {
            return reader.get(key, 0, 8, read, 0, maxStalenessNs) > 0 && read.getLong(0) == of;
        } catch (final ClusterRequestException e) {
            assertThat(e.outcome()).isIn(Outcome.TOO_OLD, Outcome.TIMED_OUT);
            return false;
        }
    }

    @Test
    void everyMemberAnswersAndStaysEqual() {
        final ClusterCache cache = rig.cache();
        final Random random = new Random(TestSupport.seed());
        // Of several packets, in both directions.
        final long large = put(cache, 1, 11, 3_500);
        for (final MemberReader reader : readers) {
            reader.minPosition(large);
            rig.await("own write", () -> has(reader, 1, 11, WIDE_NS));
            assertThat(reader.get(key, 0, 8, read, 0, WIDE_NS)).isEqualTo(3_500);
            assertThat(reader.lastPosition()).isGreaterThanOrEqualTo(large);
        }
        final ClusterBatch batch = new ClusterBatch();
        final Set<Long> written = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            batch.clear();
            for (int j = 0; j < 25; j++) {
                final long number = random.nextInt(2_000);
                written.add(number);
                key.putLong(0, number);
                batch.add(key, 0, 8, value, 0, 200 + random.nextInt(56));
            }
            cache.putAll(batch, OffHeapCache.NO_TTL);
            // One member is read more than the others.
            final MemberReader reader = readers[random.nextInt(4) % readers.length];
            key.putLong(0, random.nextInt(2_000));
            reader.contains(key, 0, 8, WIDE_NS);
            reader.get(key, 0, 8, read, 0, WIDE_NS);
            reader.getAll(batch, WIDE_NS);
        }
        assertThat(cache.size()).as("entries, some were evicted").isLessThan(written.size());
        rig.snapshot();
        assertThat(rig.divergences).as("seed %d", TestSupport.seed()).isEmpty();
        // A reader of all goes to a member that answers.
        final MemberReader any = rig.reader(2, 0, 1);
        put(cache, 1, 12, 8);
        any.minPosition(cache.lastPosition());
        rig.await("own write", () -> has(any, 1, 12, WIDE_NS));
        final int nearest = 2;
        assertThat(any.lastMember()).isNotNegative();
        rig.stop(nearest);
        put(cache, 1, 13, 8);
        any.minPosition(cache.lastPosition());
        rig.await("answer of another", () -> has(any, 1, 13, WIDE_NS));
        assertThat(any.lastMember()).isPositive();
    }

    @Test
    void aMemberWithoutALeaderRefusesAndComesBack() {
        final ClusterCache cache = rig.cache();
        put(cache, 1, 11, 8);
        final int leader = rig.leader();
        final int alone = (leader + 1) % ClusterRig.MEMBERS;
        final int third = (leader + 2) % ClusterRig.MEMBERS;
        final MemberReader reader = readers[alone];
        reader.minPosition(cache.lastPosition());
        rig.await("own write", () -> has(reader, 1, 11, NARROW_NS));
        rig.stop(leader);
        rig.stop(third);
        rig.await("refusal", () -> !has(reader, 1, 11, NARROW_NS));
        // Nobody can write any more, so the refusals do not end by themselves.
        key.putLong(0, 1);
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> reader.get(key, 0, 8, read, 0, NARROW_NS))
                    .isInstanceOf(ClusterRequestException.class)
                    .hasMessageContainingAll("maxStalenessNs=500000000", "stalenessNs is");
        }
        assertThat(has(reader, 1, 11, WIDE_NS)).isTrue();
        assertThat(reader.lastStalenessNs()).isGreaterThan(NARROW_NS);

        rig.start(third, false);
        rig.await("fresh answer", () -> has(reader, 1, 11, NARROW_NS));
        // The new process at the old address does not know its reader.
        rig.await("fresh answer", () -> has(readers[third], 1, 11, NARROW_NS));
    }
}
