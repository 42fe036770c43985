// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.io.File;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members in this process, through a fail-over, snapshots and restarts. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
@Tag("any-jdk")
class ClusterTest {
    private static final int KEYS = 2_000;
    private static final int OPERATIONS = 1_500;

    @TempDir File directory;
    private ClusterRig rig;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[4096]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[4096]);
    private final long seed = TestSupport.seed();

    @BeforeEach
    void start() {
        rig = new ClusterRig(new File(directory, "cluster"), member -> ClusterRig.small());
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private void key(long number) {
        key.putLong(0, number);
    }

    private void assertMembersAreEqual() {
        rig.snapshot();
        long digest = 0;
        for (int i = 0; i < ClusterRig.MEMBERS; i++) {
            if (rig.members[i] != null) {
                final ClusterState state = rig.services[i].state();
                if (digest == 0) {
                    digest = state.digest();
                }
                assertThat(state.digest()).as("member %d, seed %d", i, seed).isEqualTo(digest);
                assertThat(state.entries()).isPositive();
            }
        }
        assertThat(digest).isNotZero();
        assertThat(rig.divergences).isEmpty();
    }

    /** Requests with evictions and deadlines, as many at a time as the window allows. */
    private void churn(ClusterRequests requests, Random random, int count) {
        for (int i = 0; i < count; i++) {
            final int choice = random.nextInt(10);
            key(random.nextInt(KEYS));
            value.putLong(0, i);
            final int length = 8 << random.nextInt(8);
            final long ttlNs =
                    choice < 2
                            ? TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(500))
                            : OffHeapCache.NO_TTL;
            while ((choice < 6
                            ? requests.put(key, 0, 8, value, 0, length, ttlNs)
                            : choice < 9 ? requests.get(key, 0, 8) : requests.remove(key, 0, 8))
                    == ClusterRequests.NOT_NOW) {
                requests.poll();
            }
        }
        rig.await(
                "response",
                () -> {
                    requests.poll();
                    return requests.pending() == 0;
                });
    }

    @Test
    void operationsAgreeWithAModel() {
        final ClusterCache cache = rig.cache();
        final Map<Long, Long> model = new HashMap<>();
        final Random random = new Random(seed);
        for (int i = 0; i < 400; i++) {
            final long number = random.nextInt(20);
            key(number);
            final Long old = model.get(number);
            value.putLong(0, i);
            switch (random.nextInt(11)) {
                case 0 -> {
                    assertThat(cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL))
                            .isEqualTo(old == null);
                    model.put(number, (long) i);
                }
                case 1 -> {
                    assertThat(cache.putIfAbsent(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL))
                            .isEqualTo(old == null);
                    model.putIfAbsent(number, (long) i);
                }
                case 2 -> {
                    assertThat(cache.replace(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL))
                            .isEqualTo(old != null);
                    model.computeIfPresent(number, (k, v) -> value.getLong(0));
                }
                case 3 -> {
                    final UnsafeBuffer expected = new UnsafeBuffer(new byte[8]);
                    expected.putLong(0, old == null || i % 2 == 0 ? -1 : old);
                    assertThat(
                                    cache.compareAndSet(
                                            key, 0, 8, expected, value, 0, 8, OffHeapCache.NO_TTL))
                            .isEqualTo(old != null && expected.getLong(0) == old);
                    if (old != null && expected.getLong(0) == old) {
                        model.put(number, (long) i);
                    }
                }
                case 4 ->
                        assertThat(cache.remove(key, 0, 8)).isEqualTo(model.remove(number) != null);
                case 5 -> {
                    assertThat(cache.addAndGetLong(key, 0, 8, 0, 7, -1))
                            .isEqualTo(old == null ? -1 : old + 7);
                    model.computeIfPresent(number, (k, v) -> v + 7);
                }
                case 6 ->
                        assertThat(cache.getLong(key, 0, 8, 0, -1))
                                .isEqualTo(old == null ? -1 : old);
                case 7 -> assertThat(cache.contains(key, 0, 8)).isEqualTo(old != null);
                case 8 -> {
                    final long wrong = old == null || i % 2 == 0 ? -1 : old;
                    assertThat(cache.compareAndSetLong(key, 0, 8, 0, wrong, 99))
                            .isEqualTo(old != null && wrong == old);
                    if (old != null && wrong == old) {
                        model.put(number, 99L);
                    }
                }
                case 9 -> {
                    read.putLong(0, old == null ? -1 : old);
                    assertThat(cache.removeIfEqual(key, 0, 8, new UnsafeBuffer(read, 0, 8)))
                            .isEqualTo(old != null);
                    model.remove(number);
                }
                default -> {
                    final int length = cache.get(key, 0, 8, read, 0);
                    assertThat(length).isEqualTo(old == null ? OffHeapCache.NOT_FOUND : 8);
                    if (old != null) {
                        assertThat(read.getLong(0)).isEqualTo(old);
                    }
                }
            }
        }
        assertThat(cache.size()).isEqualTo(model.size());
        batches(cache, model);
        deadlines(cache);
        refusals(cache);
        localReads(cache);
    }

    private void batches(ClusterCache cache, Map<Long, Long> model) {
        final ClusterBatch batch = new ClusterBatch();
        for (long number = 0; number < 40; number++) {
            key(number);
            batch.add(key, 0, 8);
        }
        assertThat(cache.getAll(batch)).isEqualTo(model.size());
        for (int number = 0; number < 40; number++) {
            final Long old = model.get((long) number);
            assertThat(batch.length(number)).isEqualTo(old == null ? -1 : 8);
            if (old != null) {
                assertThat(batch.values().getLong(batch.offset(number))).isEqualTo(old);
            }
        }
        batch.clear();
        for (long number = 100; number < 110; number++) {
            key(number);
            value.putLong(0, number);
            batch.add(key, 0, 8, value, 0, 16);
        }
        cache.putAll(batch, OffHeapCache.NO_TTL);
        key(105);
        assertThat(cache.get(key, 0, 8, read, 0)).isEqualTo(16);
        assertThat(read.getLong(0)).isEqualTo(105);
    }

    private void deadlines(ClusterCache cache) {
        key(500);
        cache.put(key, 0, 8, value, 0, 8, TimeUnit.MILLISECONDS.toNanos(40));
        rig.await("expiry", () -> !cache.contains(key, 0, 8));
        cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL);
        assertThat(cache.remainingTtlNs(key, 0, 8)).isEqualTo(OffHeapCache.NO_TTL);
        assertThat(cache.setTtl(key, 0, 8, TimeUnit.HOURS.toNanos(1))).isTrue();
        assertThat(cache.remainingTtlNs(key, 0, 8))
                .isPositive()
                .isLessThanOrEqualTo(TimeUnit.HOURS.toNanos(1));
    }

    private void refusals(ClusterCache cache) {
        key(600);
        cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL);
        assertThatThrownBy(() -> cache.getLong(key, 0, 8, 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cache.put(key, 0, 8, value, 0, 8, 0))
                .isInstanceOf(ClusterRequestException.class)
                .hasMessageContaining("REFUSED");
        assertThatThrownBy(
                        () ->
                                cache.put(
                                        key,
                                        0,
                                        8,
                                        new UnsafeBuffer(new byte[100_000]),
                                        0,
                                        100_000,
                                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("terms");
        assertThat(cache.getLong(key, 0, 8, 0, -1)).isEqualTo(value.getLong(0));
    }

    private void localReads(ClusterCache cache) {
        key(700);
        value.putLong(0, 70);
        cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL);
        final long position = cache.lastPosition();
        for (final FlagstoneClusteredService service : rig.services) {
            rig.await(
                    "own write at a member",
                    () -> service.peek(key, 0, 8, read, 0, 10_000, position) == 8);
            assertThat(read.getLong(0)).isEqualTo(70);
            assertThat(service.peek(key, 0, 8, read, 0, 10_000, Long.MAX_VALUE))
                    .isEqualTo(FlagstoneClusteredService.TOO_OLD);
            assertThat(service.peek(key, 0, 8, read, 0, -10_000, 0))
                    .isEqualTo(FlagstoneClusteredService.TOO_OLD);
        }
    }

    @Test
    void goesOnWithoutItsLeaderAndFromSnapshots() {
        final Random random = new Random(seed);
        final ClusterRequests requests =
                rig.requests((request, outcome, number, buffer, offset, length) -> {});
        churn(requests, random, OPERATIONS);
        assertMembersAreEqual();
        churn(requests, random, OPERATIONS);

        final ClusterCache cache = rig.cache();
        key(-1);
        value.putLong(0, 0);
        cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL);
        final int first = rig.leader();
        long sum = 0;
        for (int i = 0; i < 20; i++) {
            sum++;
            assertThat(cache.addAndGetLong(key, 0, 8, 0, 1, -1)).isEqualTo(sum);
            if (i == 10) {
                rig.stop(first);
            }
        }
        assertThat(rig.leader()).isNotEqualTo(first);
        churn(requests, random, OPERATIONS);
        assertMembersAreEqual();
        churn(requests, random, OPERATIONS / 3);

        // From its own older snapshot, through a snapshot in the log.
        rig.start(first, false);
        rig.awaitApplied(requests.lastPosition());
        churn(requests, random, OPERATIONS / 3);
        assertMembersAreEqual();

        // All at once, from the last snapshot.
        final long digest = rig.services[0].state().digest();
        for (int i = 0; i < ClusterRig.MEMBERS; i++) {
            rig.stop(i);
        }
        for (int i = 0; i < ClusterRig.MEMBERS; i++) {
            rig.start(i, false);
        }
        rig.leader();
        for (int i = 0; i < ClusterRig.MEMBERS; i++) {
            assertThat(rig.services[i].state().digest()).isEqualTo(digest);
        }
        key(-1);
        value.putLong(0, sum);
        cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL);
        assertThat(cache.addAndGetLong(key, 0, 8, 0, 1, -1)).isEqualTo(sum + 1);
        churn(requests, random, OPERATIONS / 3);
        assertMembersAreEqual();
    }

    @Test
    void anUnloggedReadIsFound() {
        final Random random = new Random(seed);
        final ClusterRequests requests =
                rig.requests((request, outcome, number, buffer, offset, length) -> {});
        churn(requests, random, OPERATIONS);
        final int other = (rig.leader() + 1) % ClusterRig.MEMBERS;
        rig.awaitApplied(requests.lastPosition());
        final ClusterState state = rig.services[other].state();
        int used = 0;
        for (long number = 0; number < KEYS; number++) {
            key(number);
            used += state.cache().get(key, 0, 8, read, 0) >= 0 ? 1 : 0;
        }
        assertThat(used).isPositive();
        rig.snapshot();
        assertThat(rig.divergences).as("seed %d", seed).hasSize(1);
        assertThat(rig.divergences.get(0))
                .isInstanceOf(DivergenceException.class)
                .hasMessageContaining("member " + other + " differs at snapshot 1");
        assertThat(rig.services[other].divergences()).isOne();
    }
}
