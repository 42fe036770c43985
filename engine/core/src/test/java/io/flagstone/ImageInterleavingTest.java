// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.testing.TestSupport.value;
import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every interleaving of an operation with the taking of an image, in which one runs as a whole, or
 * up to where it has to wait, between two accesses to memory of the other. The image has the effect
 * of the whole operation or nothing of it.
 */
@Tag("any-jdk")
class ImageInterleavingTest {
    private static final long KEY = 0x31_6567_6e61_6863L;
    private static final int LENGTH = 64;
    private static final int LONGER = 200;
    private static final int ENTRIES = 24;
    private static final long TTL = 10_000;

    /** An operation. */
    private record Step(String name, Consumer<ImageInterleavingTest> call) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** Writes under a stripe alone, unless an image is being taken. */
    private static final List<Step> IN_PLACE =
            List.of(
                    new Step("put", t -> t.put(KEY, 'p', LENGTH)),
                    new Step("put with a deadline", t -> t.put(KEY, 'd', 3 * TTL)),
                    new Step("put long", t -> t.cache.putLong(KEY, 8, 0x7070707070707070L)),
                    new Step("add", t -> t.cache.addAndGetLong(KEY, 8, 0x0101010101010101L, -1)),
                    new Step(
                            "compare and set",
                            t ->
                                    t.cache.compareAndSet(
                                            KEY,
                                            value('a', LENGTH),
                                            value('c', LENGTH),
                                            0,
                                            LENGTH)));

    private static final List<Step> LOCKED =
            List.of(
                    new Step("put longer", t -> t.put(KEY, 'l', LONGER)),
                    new Step("put shorter", t -> t.put(KEY, 's', LENGTH - 1)),
                    new Step("remove", t -> t.cache.remove(KEY)),
                    new Step("evict", t -> t.put(100, 'r', LENGTH)),
                    new Step("evict for another size", t -> t.put(100, 'r', LONGER)),
                    new Step("set ttl", t -> t.cache.setTtl(KEY, 2 * TTL)),
                    new Step("persist", t -> t.cache.persist(KEY)),
                    new Step(
                            "update",
                            t -> t.cache.update(KEY, v -> v.setMemory(0, 9, (byte) 'u'))));

    private static final Step SEVERAL =
            new Step("remove and reuse", ImageInterleavingTest::removeAndReuse);

    private final TestClock clock = new TestClock(0);
    private OffHeapCache cache;
    private ImageTaker taker;

    private void put(long key, char letter, int length) {
        cache.put(key, value(letter, length), 0, length);
    }

    private void put(long key, char letter, long ttlNs) {
        cache.put(key, value(letter, LENGTH), 0, LENGTH, ttlNs);
    }

    private void removeAndReuse() {
        cache.remove(KEY);
        for (long key = 100; key < 103; key++) {
            put(key, 'r', LENGTH);
        }
    }

    /** Fills a cache up to its bound. The key is the next to be evicted. */
    private void open(boolean timed) {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(96 << 10)
                        .maxEntries(ENTRIES)
                        .segments(1)
                        .slabBytes(1 << 10)
                        .tickNs(1_000)
                        .promotionDistance(1.0)
                        .hashSeed(7)
                        .clock(clock)
                        .build();
        if (timed) {
            put(KEY, 'a', TTL);
        } else {
            put(KEY, 'a', LENGTH);
        }
        for (long key = 10; cache.size() < ENTRIES; key++) {
            put(key, 'x', LENGTH);
        }
        // Not an insertion: after one, a put takes the lock.
        put(31, 'x', LENGTH - 1);
        taker = new ImageTaker(cache);
    }

    private void close() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    private Map<String, String> contents() {
        return ImageTaker.contents(cache, clock.nanoTime());
    }

    private Map<String, String> after(boolean timed, Step step) {
        open(timed);
        step.call().accept(this);
        final Map<String, String> after = contents();
        cache.close();
        return after;
    }

    private void everyInterleaving(
            String name, boolean timed, Step step, Runnable first, Runnable second)
            throws Exception {
        final Map<String, String> after = after(timed, step);
        open(timed);
        final Map<String, String> before = contents();
        final long accesses = Interleaving.accesses(first);
        cache.segmentsOrNull()[0].endImage();
        close();
        assertThat(accesses).isPositive();
        for (long access = 1; access <= accesses; access++) {
            open(timed);
            final FutureTask<Object> task = new FutureTask<>(second, null);
            Interleaving.run(first, access, task);
            task.get();
            taker.finish();
            assertThat(taker.image.failure()).isNull();
            assertThat(taker.entries)
                    .as("%s, %s, access %d of %d", name, step, access, accesses)
                    .isIn(before, after);
            close();
        }
    }

    @Test
    void aWriteWithinTheBeginningOfAnImageIsInOrder() throws Exception {
        for (final boolean timed : new boolean[] {false, true}) {
            for (final List<Step> steps : List.of(IN_PLACE, LOCKED)) {
                for (final Step step : steps) {
                    everyInterleaving(
                            "begin",
                            timed,
                            step,
                            () -> taker.begin(),
                            () -> step.call().accept(this));
                }
            }
        }
    }

    /** The image takes its first entries while a value is half written. */
    @Test
    void anImageWithinAWriteIsInOrder() throws Exception {
        for (final boolean timed : new boolean[] {false, true}) {
            for (final List<Step> steps : List.of(IN_PLACE, LOCKED)) {
                for (final Step step : steps) {
                    everyInterleaving(
                            "write",
                            timed,
                            step,
                            () -> step.call().accept(this),
                            () -> {
                                taker.begin();
                                taker.step(ENTRIES);
                            });
                }
            }
        }
    }

    @Test
    void aWriteBetweenTwoStepsIsNotInTheImage() {
        for (final boolean timed : new boolean[] {false, true}) {
            for (final List<Step> steps : List.of(IN_PLACE, LOCKED, List.of(SEVERAL))) {
                for (final Step step : steps) {
                    for (int taken = 0; taken <= ENTRIES; taken++) {
                        open(timed);
                        final Map<String, String> before = contents();
                        taker.begin();
                        for (int i = 0; i < taken; i++) {
                            taker.step(1);
                        }
                        step.call().accept(this);
                        taker.finish();
                        assertThat(taker.entries)
                                .as("%s after %d steps", step, taken)
                                .isEqualTo(before);
                        close();
                    }
                }
            }
        }
    }

    /** After an image, values are written under their stripes again. */
    @Test
    void writesInPlaceResumeAfterTheImage() {
        open(false);
        final long[] accesses = new long[3];
        for (int i = 0; i < accesses.length; i++) {
            if (i == 1) {
                taker.begin();
            }
            accesses[i] = Interleaving.accesses(() -> put(KEY, 'p', LENGTH));
            if (i == 1) {
                taker.finish();
                // The first put after one that took the lock and did not insert is in place.
                put(KEY, 'p', LENGTH);
            }
        }
        assertThat(accesses[1]).isGreaterThan(accesses[0]);
        assertThat(accesses[2]).isEqualTo(accesses[0]);
        close();
    }
}
