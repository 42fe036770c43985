// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.testing.TestClock;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** Random operations on one cache, of every kind that changes entries or their deadlines. */
final class RandomOperations {
    private static final int MOST_NS = 30_000;

    private final OffHeapCache cache;
    private final TestClock clock;
    private final SplittableRandom random;
    private final int maxValue;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[64]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[64 << 10]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[64 << 10]);
    private final MultiPut batch = new MultiPut(8);

    /**
     * Creates the operations.
     *
     * @param clock the cache's.
     * @param maxValue the longest value in bytes.
     */
    RandomOperations(OffHeapCache cache, TestClock clock, SplittableRandom random, int maxValue) {
        this.cache = cache;
        this.clock = clock;
        this.random = random;
        this.maxValue = maxValue;
    }

    void operate(int operations) {
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
                random.nextInt(8) == 0 ? random.nextInt(maxValue) : 8 + random.nextInt(30);
        value.setMemory(0, length, (byte) ('a' + random.nextInt(26)));
        return length;
    }

    private long randomTtl() {
        return switch (random.nextInt(6)) {
            case 0 -> 1 + random.nextInt(MOST_NS);
            case 1 -> OffHeapCache.NO_TTL;
            case 2 -> OffHeapCache.KEEP_TTL;
            default -> OffHeapCache.DEFAULT_TTL;
        };
    }

    void operate() {
        final int keyLength = randomKey();
        switch (random.nextInt(24)) {
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
            case 11 -> cache.setTtl(key, 0, keyLength, 1 + random.nextInt(MOST_NS));
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
            case 21 -> {
                final long lease = cache.lease(key, 0, keyLength);
                cache.putLeased(key, 0, keyLength, value, 0, randomValue(), randomTtl(), lease);
                cache.endLease(key, 0, keyLength, lease);
            }
            case 22 -> putBatch();
            default -> cache.get(key, 0, keyLength, destination, 0);
        }
    }

    private void putBatch() {
        batch.clear();
        final int length = randomValue();
        for (int i = 0; i < batch.capacity(); i++) {
            batch.add(random.nextInt(50), 0, random.nextInt(length + 1));
        }
        cache.put(batch, value);
    }
}
