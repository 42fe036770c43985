// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.RemovalCause;
import io.flagstone.testing.TestSupport;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The order that relaxed promotion guarantees. With a distance {@code d}, a use moves an entry to
 * the head of its list only if {@code clock - stamp > floor(d * N)}, where {@code N} is the length
 * of its list at that moment, the stamp is the clock's value when the entry was last put at the
 * head, and the clock ticks for every entry that is added to the segment.
 *
 * <p><b>Theorem.</b> Let an entry be evicted as the last of its list, and let that list have had
 * {@code H} entries at its last use. Then every entry that stays in the list was used at most
 * {@code floor(d * H)} ticks before that last use, or later. <i>Proof.</i> After the last use the
 * entry's stamp is at most {@code floor(d * H)} behind the clock, whether it was moved or left.
 * Stamps never rise towards the tail, so the others' are not smaller; and a stamp is the clock at a
 * use.
 *
 * <p>The theorem does not cover an entry that leaves because another class gets its slab: that
 * entry need not be the last of its list.
 *
 * <p>The model counts from outside. It knows insertions and puts of present keys, and predicts each
 * promotion, which {@code statistics().promotions()} confirms hit by hit.
 */
@Tag("any-jdk")
class RelaxedLruTest {
    private static final int ENTRIES = 256;
    private static final int ROUNDS = 60_000;

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[1 << 10]);
    private final Map<Long, Entry> entries = new HashMap<>();

    /** Of each list: its entries, its evictions, and the widest inversion among those. */
    private final int[] length = new int[2];

    private final int[] evictions = new int[2];
    private final long[] widest = new long[2];
    private double distance;
    private long clock;
    private final int[] swept = new int[2];
    private int writtenList;
    private int drained;
    private Throwable failure;
    private OffHeapCache cache;

    /** The facts that the model keeps about an entry. */
    private static final class Entry {
        final int list;
        long stamp;
        long lastUse;
        long allowance;

        Entry(int list) {
            this.list = list;
        }
    }

    private void open(CacheBuilder builder, double promotionDistance) {
        distance = promotionDistance;
        cache =
                builder.segments(1)
                        .promotionDistance(promotionDistance)
                        .removalHandler(this::removed)
                        .errorHandler(thrown -> failure = thrown)
                        .build();
    }

    @BeforeAll
    static void printSeed() {
        System.out.println("RelaxedLruTest: -Dflagstone.test.seed=" + TestSupport.seed());
    }

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        assertThat(cache.size()).isEqualTo(entries.size());
        cache.close();
    }

    private void removed(RemovalCause cause, DirectBuffer key, DirectBuffer view) {
        if (cause == RemovalCause.REPLACED) {
            return;
        }
        assertThat(cause).isEqualTo(RemovalCause.EVICTED);
        final Entry entry = entries.remove(key.getLong(0));
        if (entry.list == writtenList) {
            final long inversion = entry.lastUse - leastRecentUse(entry.list);
            assertThat(inversion)
                    .as(
                            "%s: ticks from the least recent use in list %d, of %d entries,"
                                    + " to the last use of the evicted entry",
                            describe(), entry.list, length[entry.list])
                    .isLessThanOrEqualTo(entry.allowance);
            widest[entry.list] = Math.max(widest[entry.list], inversion);
            evictions[entry.list]++;
        } else {
            drained++;
        }
        length[entry.list]--;
    }

    private String describe() {
        return "seed " + TestSupport.seed() + ", distance " + distance + ", clock " + clock;
    }

    private long reach(int list) {
        return (long) Math.floor(distance * length[list]);
    }

    private long leastRecentUse(int list) {
        long least = clock;
        for (final Entry entry : entries.values()) {
            if (entry.list == list) {
                least = Math.min(least, entry.lastUse);
            }
        }
        return least;
    }

    private void used(Entry entry, boolean moved) {
        entry.lastUse = clock;
        entry.allowance = moved ? 0 : reach(entry.list);
        if (moved) {
            entry.stamp = clock;
        }
    }

    private boolean isBehind(Entry entry) {
        return clock - entry.stamp > reach(entry.list);
    }

    private void put(long key, int list, int valueLength) {
        writtenList = list;
        final boolean absent = cache.put(key, value, 0, valueLength);
        assertThat(failure).isNull();
        final Entry entry = entries.computeIfAbsent(key, k -> new Entry(list));
        assertThat(absent).as(describe()).isEqualTo(entry.stamp == 0);
        if (absent) {
            length[list]++;
            clock++;
        }
        used(entry, absent || isBehind(entry));
    }

    /** Uses a key without writing its whole value. */
    private void use(long key) {
        final long promotions = cache.statistics().promotions();
        final boolean hit;
        switch (random.nextInt(8)) {
            case 0 -> hit = cache.read(key, view -> {});
            case 1 -> hit = cache.update(key, view -> view.putByte(0, (byte) 1));
            case 2 -> hit = cache.addAndGetLong(key, 0, 1, Long.MIN_VALUE) != Long.MIN_VALUE;
            default -> hit = cache.get(key, value, 0) != OffHeapCache.NOT_FOUND;
        }
        final Entry entry = entries.get(key);
        assertThat(hit).as("%s: key %d", describe(), key).isEqualTo(entry != null);
        final long moved = cache.statistics().promotions() - promotions;
        if (!hit) {
            assertThat(moved).isZero();
            return;
        }
        assertThat(moved)
                .as("%s: promotions by a hit at age %d", describe(), clock - entry.stamp)
                .isEqualTo(isBehind(entry) ? 1 : 0);
        used(entry, moved == 1);
    }

    /**
     * Runs one of many rounds. A thousand rounds have mostly hits, the next thousand mostly writes,
     * and the next sweep over keys that hardly recur, which moves entries towards the tail.
     *
     * @param keys how many keys each list has to choose from.
     */
    private void round(int number, int list, int keys, int valueLength) {
        final long base = (long) list << 40;
        final int phase = number / 1_000 % 3;
        if (phase == 2) {
            if (random.nextInt(8) == 0) {
                use(base + keys + Math.max(0, swept[list] - random.nextInt(keys)));
            } else {
                put(base + keys + swept[list]++, list, valueLength);
            }
            return;
        }
        final boolean skewed = random.nextInt(3) != 0;
        final long key =
                base
                        + (skewed
                                ? (int) (keys * Math.pow(random.nextDouble(), 4))
                                : random.nextInt(keys));
        if (random.nextInt(8) < (phase == 0 ? 6 : 2)) {
            use(key);
        } else {
            put(key, list, valueLength);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 7.0 / 8, 1})
    void entriesAreEvictedInOrderOfUseUpToTheDistance(double promotionDistance) {
        open(OffHeapCache.builder().memoryBytes(1 << 18).maxEntries(ENTRIES), promotionDistance);
        for (int round = 0; round < ROUNDS; round++) {
            round(round, 0, 3 * ENTRIES, 32);
        }
        assertThat(evictions[0]).isGreaterThan(ROUNDS / 100);
        assertThat(length[0]).isEqualTo(ENTRIES);
        assertThat(widest[0])
                .as("%s: the widest inversion, where the bound is %d", describe(), reach(0))
                .isBetween(reach(0) / 4, reach(0));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 7.0 / 8, 1})
    void theBoundIsExactAndOneTickMorePromotes(double promotionDistance) {
        open(OffHeapCache.builder().memoryBytes(1 << 18).maxEntries(ENTRIES), promotionDistance);
        long key = 0;
        while (key < 2 * ENTRIES) {
            put(key++, 0, 32);
        }
        // While only insertions tick, no entry is older than its list is long.
        final int reach = (int) Math.min(reach(0), ENTRIES - 1);
        final long within = key++;
        put(within, 0, 32);
        for (int i = 0; i < reach; i++) {
            put(key++, 0, 32);
        }
        final long before = cache.statistics().promotions();
        use(within);
        assertThat(cache.statistics().promotions())
                .as("promotions at the distance")
                .isEqualTo(before);
        int gap = 0;
        while (entries.containsKey(within)) {
            put(key++, 0, 32);
            gap++;
        }
        // The insertion that evicts makes room before it adds its own entry.
        assertThat(gap - 1).as(describe()).isEqualTo(ENTRIES - 1 - reach);

        if (reach < ENTRIES - 1) {
            final long beyond = key++;
            put(beyond, 0, 32);
            for (int i = 0; i < reach + 1; i++) {
                put(key++, 0, 32);
            }
            use(beyond);
            assertThat(cache.statistics().promotions())
                    .as("promotions beyond it")
                    .isEqualTo(before + 1);
            use(beyond);
            assertThat(cache.statistics().promotions())
                    .as("promotions at the head")
                    .isEqualTo(before + 1);
            gap = 0;
            while (entries.containsKey(beyond)) {
                put(key++, 0, 32);
                gap++;
            }
            assertThat(gap - 1).as(describe()).isEqualTo(ENTRIES - 1);
        }
    }

    /**
     * Two size classes, one with entries four times as long as the other's, and room for some
     * hundreds. A slab of at most sixteen entries drains within one write, so an entry that leaves
     * the list being written to is the last of that list.
     */
    @ParameterizedTest
    @ValueSource(doubles = {1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2, 7.0 / 8, 1})
    void theBoundHoldsForListsOfDifferentLengthThatEvictByBytes(double promotionDistance) {
        open(
                OffHeapCache.builder().memoryBytes(48 << 10).slabBytes(1 << 10).expiryBudget(16),
                promotionDistance);
        for (int round = 0; round < ROUNDS; round++) {
            final boolean large = random.nextInt(round / 10_000 % 2 == 0 ? 4 : 16) == 0;
            round(round, large ? 1 : 0, large ? 200 : 600, large ? 180 : 16);
        }
        final String seen =
                String.format(
                        "%s: lengths %s, evictions %s, widest inversions %s, %d left with their"
                                + " slab",
                        describe(),
                        Arrays.toString(length),
                        Arrays.toString(evictions),
                        Arrays.toString(widest),
                        drained);
        assertThat(evictions[0]).as(seen).isGreaterThan(ROUNDS / 100);
        assertThat(evictions[1]).as(seen).isGreaterThan(ROUNDS / 100);
        assertThat(drained).as(seen).isBetween(1, evictions[0]);
        assertThat(length[0]).as(seen).isGreaterThan(2 * length[1]);
        if (distance == 1) {
            assertThat(widest[0]).as(seen).isGreaterThan(length[0] / 4);
        }
    }
}
