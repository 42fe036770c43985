// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.Map;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random operations between the steps of an image, in caches so small that entries move and leave
 * all the time. The image is always that of the moment when it began.
 */
class ImageModelTest {
    private static final int ROUNDS = Integer.getInteger("flagstone.test.images", 150);

    /** Configurations, each of which changes entries in another way. */
    enum Scenario {
        TINY_SLABS(24 << 10, 1 << 10, 900),
        REBALANCING(160 << 10, 1 << 11, 1_500),
        RUNS(1 << 20, 0, 16_000),
        RECYCLING(48 << 10, 1 << 12, 60),
        SLIDING(64 << 10, 1 << 11, 300),
        FILTERED(64 << 10, 1 << 11, 700),
        EXACT(64 << 10, 1 << 11, 300),
        HANDLED(64 << 10, 1 << 11, 300);

        final int bytes;
        final int slabBytes;
        final int maxValue;

        Scenario(int bytes, int slabBytes, int maxValue) {
            this.bytes = bytes;
            this.slabBytes = slabBytes;
            this.maxValue = maxValue;
        }

        OffHeapCache open(TestClock clock) {
            final CacheBuilder builder =
                    OffHeapCache.builder()
                            .memoryBytes(bytes)
                            .segments(1)
                            .tickNs(1_000)
                            .promotionDistance(this == EXACT ? 0 : 0.1)
                            .rebalanceBudget(3)
                            .hashSeed(7)
                            .clock(clock);
            if (this != RUNS) {
                builder.slabBytes(slabBytes);
            }
            switch (this) {
                case SLIDING -> builder.expireAfterAccessNs(20_000);
                case FILTERED -> builder.admissionFilter(true);
                case HANDLED -> builder.removalHandler((cause, key, value) -> {});
                default -> {}
            }
            return builder.build();
        }
    }

    private final TestClock clock = new TestClock();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[64]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[64 << 10]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[64 << 10]);
    private SplittableRandom random;
    private OffHeapCache cache;
    private Scenario scenario;

    @ParameterizedTest
    @EnumSource
    void theImageIsOfItsMoment(Scenario chosen) {
        final long seed = TestSupport.seed() + chosen.ordinal();
        System.out.println("ImageModelTest " + chosen + " seed " + seed);
        random = new SplittableRandom(seed);
        scenario = chosen;
        cache = chosen.open(clock);
        final ImageTaker taker = new ImageTaker(cache);
        for (int round = 0; round < ROUNDS; round++) {
            operate(random.nextInt(1_500));
            final Map<String, String> expected = ImageTaker.contents(cache, clock.nanoTime());
            taker.begin();
            final int pace = 1 + random.nextInt(20);
            do {
                operate(random.nextInt(pace));
            } while (taker.step(1 + random.nextInt(8)));
            taker.end();
            assertThat(taker.image.failure()).isNull();
            assertThat(taker.entries).as("round %d", round).isEqualTo(expected);
            TestSupport.assertClean(cache);
        }
        cache.close();
    }

    private void operate(int operations) {
        for (int i = 0; i < operations; i++) {
            operate();
        }
    }

    private int randomKey() {
        final int number = random.nextInt(random.nextBoolean() ? 30 : 600);
        final String text = "key" + number + "-".repeat(number % 20);
        key.putStringWithoutLengthAscii(0, text);
        return text.length();
    }

    private int randomValue() {
        final int length =
                random.nextInt(8) == 0 ? random.nextInt(scenario.maxValue) : 8 + random.nextInt(30);
        value.setMemory(0, length, (byte) ('a' + random.nextInt(26)));
        return length;
    }

    private long randomTtl() {
        return switch (random.nextInt(6)) {
            case 0 -> 1 + random.nextInt(30_000);
            case 1 -> OffHeapCache.NO_TTL;
            case 2 -> OffHeapCache.KEEP_TTL;
            default -> OffHeapCache.DEFAULT_TTL;
        };
    }

    private void operate() {
        final int keyLength = randomKey();
        switch (random.nextInt(22)) {
            case 0, 1, 2, 3, 4, 5, 6 ->
                    cache.put(key, 0, keyLength, value, 0, randomValue(), randomTtl());
            case 7 -> {
                final int length = randomValue();
                cache.put(
                        key,
                        0,
                        keyLength,
                        length,
                        randomTtl(),
                        view -> view.putBytes(0, value, 0, length));
            }
            case 8 ->
                    cache.update(
                            key,
                            0,
                            keyLength,
                            view -> view.setMemory(0, view.capacity(), (byte) 'u'));
            case 9 -> cache.remove(key, 0, keyLength);
            case 10 -> cache.getAndRemove(key, 0, keyLength, destination, 0);
            case 11 -> cache.setTtl(key, 0, keyLength, 1 + random.nextInt(30_000));
            case 12 -> cache.persist(key, 0, keyLength);
            case 13 -> cache.replace(key, 0, keyLength, value, 0, randomValue());
            case 14 -> cache.putIfAbsent(key, 0, keyLength, value, 0, randomValue());
            case 15 -> {
                if (cache.get(key, 0, keyLength, destination, 0) >= Long.BYTES) {
                    cache.putLong(key, 0, keyLength, 0, 0x6161616161616161L + random.nextInt(9));
                }
            }
            case 16 -> {
                if (cache.get(key, 0, keyLength, destination, 0) >= Long.BYTES) {
                    cache.addAndGetLong(key, 0, keyLength, 0, random.nextInt(3), -1);
                }
            }
            case 17 -> {
                final int length = cache.get(key, 0, keyLength, destination, 0);
                if (length > 0) {
                    cache.compareAndSet(
                            key,
                            0,
                            keyLength,
                            new UnsafeBuffer(destination, 0, length),
                            value,
                            0,
                            randomValue());
                }
            }
            case 18 -> clock.advance(random.nextInt(2_000));
            case 19 -> cache.doWork();
            case 20 -> {
                if (random.nextInt(200) == 0) {
                    cache.clear();
                }
            }
            default -> cache.get(key, 0, keyLength, destination, 0);
        }
    }
}
