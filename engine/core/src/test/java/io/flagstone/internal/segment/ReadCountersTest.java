// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Every increment counts, whichever cell it uses and whichever thread had the cell before. */
class ReadCountersTest {
    private static final int ROUNDS = 20_000;

    private final ReadCounters counters = new ReadCounters(true);

    private void count(int times) {
        final long threadId = Thread.currentThread().getId();
        for (int i = 0; i < times; i++) {
            counters.increment(ReadCounters.HITS, threadId);
            counters.increment(i % 2 == 0 ? ReadCounters.MISSES : ReadCounters.RETRIES, threadId);
        }
    }

    private void assertCounted(long times) {
        assertThat(counters.statistics().hits()).isEqualTo(times);
        assertThat(counters.statistics().misses()).isEqualTo(times / 2);
        assertThat(counters.statistics().readRetries()).isEqualTo(times / 2);
        assertThat(counters.statistics().missedPromotions()).isZero();
    }

    @Test
    void moreThreadsThanCellsAreCountedExactly() throws InterruptedException {
        final int threads = 2 * ReadCounters.CELLS;
        final CountDownLatch begun = new CountDownLatch(threads);
        final List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            final Thread thread =
                    new Thread(
                            () -> {
                                count(2);
                                begun.countDown();
                                TestSupport.await(begun);
                                count(ROUNDS);
                            });
            running.add(thread);
            thread.start();
        }
        for (final Thread thread : running) {
            thread.join();
        }
        assertCounted(threads * (ROUNDS + 2L));
    }

    @Test
    void newThreadsGetTheCellsOfEndedThreads() throws InterruptedException {
        final int threads = 5 * ReadCounters.CELLS;
        for (int i = 0; i < threads; i++) {
            final Thread thread = new Thread(() -> count(3_000));
            thread.start();
            thread.join();
        }
        assertCounted(3_000L * threads);
    }

    @Test
    void countersThatAreOffCountNothing() {
        final ReadCounters off = new ReadCounters(false);
        off.increment(ReadCounters.HITS, Thread.currentThread().getId());
        assertThat(off.statistics().hits()).isZero();
    }
}
