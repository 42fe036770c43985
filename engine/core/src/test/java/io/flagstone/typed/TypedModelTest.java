// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalCause;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares a typed cache that evicts and expires entries with a map. The removal listener keeps the
 * map up to date.
 */
class TypedModelTest {
    private static final int OPERATIONS = 150_000;
    private static final int KEYS = 3_000;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final SplittableRandom random = new SplittableRandom(TestSupport.seed());
    private final TestClock clock = new TestClock(0);
    private final Map<String, Held> model = new HashMap<>();
    private Throwable failure;
    private int evictions;
    private int expirations;

    private record Held(String value, long deadlineNs) {}

    @BeforeAll
    static void printSeed() {
        System.out.println("TypedModelTest: -Dflagstone.test.seed=" + TestSupport.seed());
    }

    private void left(RemovalCause cause, String key, String value) {
        final Held held = model.get(key);
        assertThat(held).as("%s of %s", cause, key).isNotNull();
        assertThat(value).as("%s of %s", cause, key).isEqualTo(held.value);
        switch (cause) {
            case EVICTED -> {
                assertThat(held.deadlineNs).isGreaterThan(clock.nanoTime());
                model.remove(key);
                evictions++;
            }
            case EXPIRED -> {
                assertThat(held.deadlineNs).isLessThanOrEqualTo(clock.nanoTime());
                model.remove(key);
                expirations++;
            }
            default -> {}
        }
    }

    private String live(String key) {
        final Held held = model.get(key);
        return held == null || held.deadlineNs <= clock.nanoTime() ? null : held.value;
    }

    /** Derives the time to live from the value. */
    private static long ttlNs(String value) {
        return (1 + value.length() % 7) * SECOND;
    }

    private void wrote(String key, String value) {
        model.put(key, new Held(value, clock.nanoTime() + ttlNs(value)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void agreesWithAMapUnderEvictionAndExpiry(boolean filtered) {
        try (Cache<String, String> cache =
                Cache.builder(
                                OffHeapCache.builder()
                                        .memoryBytes(192 << 10)
                                        .slabBytes(1 << 12)
                                        .segments(1)
                                        .admissionFilter(filtered)
                                        .rebalanceBudget(4)
                                        .clock(clock)
                                        .errorHandler(thrown -> failure = thrown),
                                Codecs.ofString(),
                                Codecs.ofString())
                        .ttlNs((key, value) -> ttlNs(value))
                        .removalListener(this::left)
                        .build()) {
            for (int i = 0; i < OPERATIONS && failure == null; i++) {
                if (random.nextInt(20) == 0) {
                    clock.advance(random.nextLong(SECOND / 60));
                }
                operate(cache, "seed " + TestSupport.seed() + ", operation " + i);
            }
            assertThat(failure).isNull();
            checkScan(cache, "at the end");
            TestSupport.assertClean(cache.engine());
            assertThat(evictions).isGreaterThan(300);
            assertThat(expirations).isGreaterThan(300);
        }
    }

    private void operate(Cache<String, String> cache, String what) {
        final String key = "key " + (int) (KEYS * Math.pow(random.nextDouble(), 2));
        final String value = "v".repeat(1 << random.nextInt(9)) + random.nextInt(100);
        final String before = live(key);
        switch (random.nextInt(20)) {
            case 0, 1, 2 -> {
                cache.put(key, value);
                wrote(key, value);
            }
            case 3 -> {
                assertThat(cache.putIfAbsent(key, value)).as(what).isEqualTo(before == null);
                if (before == null) {
                    wrote(key, value);
                }
            }
            case 4 -> {
                assertThat(cache.asMap().putIfAbsent(key, value)).as(what).isEqualTo(before);
                if (before == null) {
                    wrote(key, value);
                }
            }
            case 5 -> {
                assertThat(cache.asMap().put(key, value)).as(what).isEqualTo(before);
                wrote(key, value);
            }
            case 6 -> {
                assertThat(cache.replace(key, value)).as(what).isEqualTo(before != null);
                if (before != null) {
                    wrote(key, value);
                }
            }
            case 7 -> {
                assertThat(cache.asMap().replace(key, value)).as(what).isEqualTo(before);
                if (before != null) {
                    wrote(key, value);
                }
            }
            case 8 -> {
                final String expected = random.nextBoolean() && before != null ? before : "other";
                final boolean equal = expected.equals(before);
                assertThat(cache.replace(key, expected, value)).as(what).isEqualTo(equal);
                if (equal) {
                    wrote(key, value);
                }
            }
            case 9 -> {
                assertThat(cache.asMap().remove(key)).as(what).isEqualTo(before);
                removed(key, before != null);
            }
            case 10 -> {
                assertThat(cache.remove(key)).as(what).isEqualTo(before != null);
                removed(key, before != null);
            }
            case 11 -> {
                final String expected = random.nextBoolean() && before != null ? before : "other";
                final boolean equal = expected.equals(before);
                assertThat(cache.remove(key, expected)).as(what).isEqualTo(equal);
                removed(key, equal);
            }
            case 12 -> {
                assertThat(cache.computeIfAbsent(key, k -> value))
                        .as(what)
                        .isEqualTo(before == null ? value : before);
                if (before == null) {
                    wrote(key, value);
                }
            }
            case 13 -> {
                final long ns = 1 + random.nextLong(5 * SECOND);
                cache.put(key, value, ns);
                model.put(key, new Held(value, clock.nanoTime() + ns));
            }
            case 14 -> {
                final long deadlineNs = before == null ? Long.MAX_VALUE : model.get(key).deadlineNs;
                cache.put(key, value, OffHeapCache.KEEP_TTL);
                model.put(key, new Held(value, deadlineNs));
            }
            case 15 -> {
                final String other = key + "0";
                final Map<String, String> expected = new HashMap<>();
                Stream.of(key, other)
                        .filter(k -> live(k) != null)
                        .forEach(k -> expected.put(k, live(k)));
                assertThat(cache.getAll(List.of(key, other))).as(what).isEqualTo(expected);
            }
            case 16 -> assertThat(cache.contains(key)).as(what).isEqualTo(before != null);
            default -> assertThat(cache.get(key)).as(what).isEqualTo(before);
        }
        if (random.nextInt(20_000) == 0) {
            checkScan(cache, what);
        }
    }

    /** An expired entry stays in the model until the listener receives it. */
    private void removed(String key, boolean wasThere) {
        if (wasThere) {
            model.remove(key);
        }
    }

    private void checkScan(Cache<String, String> cache, String what) {
        final Map<String, String> expected = new HashMap<>();
        model.keySet().stream()
                .filter(key -> live(key) != null)
                .forEach(key -> expected.put(key, live(key)));
        assertThat(new HashMap<>(cache.asMap())).as(what).isEqualTo(expected);
    }
}
