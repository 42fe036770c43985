// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.ratio;

import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/**
 * Measures two sides alternately, A B A B, in one process, so that a change of the machine's speed
 * affects both. Prints the median of the ratios of all pairs, and their range without the least and
 * the greatest.
 */
final class PairedRun {
    private static final int WARMUPS = 3;
    private static final int ROUNDS = 9;

    private PairedRun() {}

    /** Prints the version of Java and the number of processors. */
    static void printMachine() {
        System.out.printf(
                "%s, %d processors%n",
                System.getProperty("java.runtime.version"),
                Runtime.getRuntime().availableProcessors());
    }

    /**
     * Measures both sides and prints a line.
     *
     * @param name the name of the comparison.
     * @param operations the operations of each thread in a round.
     * @param a the side whose time is divided by the other's.
     * @param threadsA the number of threads that run it.
     * @param b the other side.
     * @param threadsB the number of threads that run it.
     */
    static void print(String name, int operations, Side a, int threadsA, Side b, int threadsB) {
        final double[] costsA = new double[ROUNDS];
        final double[] costsB = new double[ROUNDS];
        final double[] ratios = new double[ROUNDS];
        for (int round = -WARMUPS; round < ROUNDS; round++) {
            final double costA = nsPerOperation(a, threadsA, operations, round);
            final double costB = nsPerOperation(b, threadsB, operations, round);
            if (round >= 0) {
                costsA[round] = costA;
                costsB[round] = costB;
                ratios[round] = costA / costB;
            }
        }
        Arrays.sort(ratios);
        System.out.printf(
                "%-58s %8.1f ns %8.1f ns   %5.2f (%.2f to %.2f)%n",
                name,
                median(costsA),
                median(costsB),
                median(ratios),
                ratios[1],
                ratios[ROUNDS - 2]);
    }

    private static double median(double[] values) {
        final double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** Returns the mean time of an operation over all threads. */
    private static double nsPerOperation(Side side, int threads, int operations, int round) {
        if (threads == 1) {
            // Runs on the calling thread, because processors of a virtual machine differ in speed.
            final long begin = System.nanoTime();
            side.run(operations, 31L * round);
            return (double) (System.nanoTime() - begin) / operations;
        }
        final CountDownLatch start = new CountDownLatch(threads);
        final long[] elapsed = new long[threads];
        final Thread[] running = new Thread[threads];
        final Throwable[] failure = new Throwable[1];
        for (int i = 0; i < threads; i++) {
            final int thread = i;
            running[i] =
                    new Thread(
                            () -> {
                                try {
                                    start.countDown();
                                    start.await();
                                    final long begin = System.nanoTime();
                                    side.run(operations, 31L * round + thread);
                                    elapsed[thread] = System.nanoTime() - begin;
                                } catch (final Exception e) {
                                    failure[0] = e;
                                }
                            });
            running[i].start();
        }
        try {
            for (final Thread thread : running) {
                thread.join();
            }
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (failure[0] != null) {
            throw new IllegalStateException(failure[0]);
        }
        return (double) Arrays.stream(elapsed).sum() / threads / operations;
    }
}
