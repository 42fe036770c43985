// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import io.flagstone.bench.fork.LiveFork;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures pairs, one after another. The primary, or its client, is in this process; each replica,
 * or its reader, is in one of its own.
 *
 * <p>Changes a second: rounds of writes as fast as the primary takes them, to random keys, until
 * every replica shows the last one. Lags: writes at a pace, each tenth to the key that is read.
 */
public final class ReplicationRun {
    private static final int KEYS = 100_000;
    private static final int WRITES_PER_FLUSH = 16;
    private static final int WRITES_PER_PROBE = 10;
    private static final long SEED = 20_261_130;
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    private static final List<String> FLAGS = List.of("-Xmx512m", "-XX:+UseSerialGC");

    private final List<Pair> pairs;
    private final List<Integer> replicas;
    private final int writes;
    private final int rounds;
    private final int pace;
    private final int seconds;
    private final boolean spin;
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[Probe.LENGTH]);
    private final SplittableRandom random = new SplittableRandom(SEED);
    private long number;

    /**
     * Creates a run.
     *
     * @param pairs what to measure.
     * @param replicas the numbers of replicas.
     * @param writes the number of writes of a round.
     * @param rounds the number of rounds; one more comes before them as a warm-up.
     * @param pace writes a second at which lags are measured.
     * @param seconds how long lags are measured.
     * @param spin whether a reader at a replica never sleeps.
     */
    public ReplicationRun(
            List<Pair> pairs,
            List<Integer> replicas,
            int writes,
            int rounds,
            int pace,
            int seconds,
            boolean spin) {
        this.pairs = pairs;
        this.replicas = replicas;
        this.writes = writes;
        this.rounds = rounds;
        this.pace = pace;
        this.seconds = seconds;
        this.spin = spin;
    }

    /**
     * Measures.
     *
     * @param progress told of each step.
     * @return a figure for each pair and number of replicas.
     * @throws InterruptedException if interrupted; all processes are then ended.
     */
    public List<ReplicationFigure> run(StepListener progress) throws InterruptedException {
        final List<ReplicationFigure> figures = new ArrayList<>();
        for (final Pair pair : pairs) {
            for (final int count : replicas) {
                progress.next(figures.size(), pairs.size() * replicas.size(), pair.title());
                final String obstacle = pair.obstacle();
                try {
                    figures.add(
                            obstacle == null
                                    ? measure(pair, count)
                                    : ReplicationFigure.failed(pair, count, obstacle));
                } catch (IOException | RuntimeException failure) {
                    figures.add(ReplicationFigure.failed(pair, count, failure.getMessage()));
                }
            }
        }
        return figures;
    }

    private ReplicationFigure measure(Pair pair, int count)
            throws IOException, InterruptedException {
        final List<LiveFork> observers = new ArrayList<>();
        number = 0;
        try (Source source = pair.source(count)) {
            try {
                for (int id = 1; id <= count; id++) {
                    final LiveFork observer =
                            new LiveFork(pair.title() + " " + id, Observer.class, FLAGS);
                    observers.add(observer);
                    observer.send(Observer.begin(pair, id, spin, source.address()));
                }
                for (final LiveFork observer : observers) {
                    awaitReady(observer, source);
                }
                final List<Double> rates = new ArrayList<>();
                for (int round = 0; round <= rounds; round++) {
                    rates.add(round(source, observers));
                }
                rates.remove(0);
                rates.sort(Comparator.naturalOrder());
                final List<Long> lags = lags(source, observers);
                return new ReplicationFigure(
                        pair,
                        count,
                        rates.get(rates.size() / 2),
                        rates.get(0),
                        rates.get(rates.size() - 1),
                        pace,
                        lags.subList(1, lags.size()),
                        lags.get(0),
                        null);
            } finally {
                observers.forEach(CloseHelper::quietClose);
            }
        }
    }

    private static void awaitReady(LiveFork observer, Source source)
            throws IOException, InterruptedException {
        final String line = receive(observer, source, Observer.READY);
        if (!line.equals(Observer.READY)) {
            throw new IOException("expected " + Observer.READY + ", but got " + line);
        }
    }

    /** Waits for a line. The primary works meanwhile, as replicas need that to join. */
    private static String receive(LiveFork observer, Source source, String awaited)
            throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + STEP_NS;
        while (!observer.hasLine()) {
            source.flush();
            if (System.nanoTime() > deadlineNs) {
                break;
            }
        }
        return observer.receive(deadlineNs, awaited);
    }

    private double round(Source source, List<LiveFork> observers)
            throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        for (int i = 1; i <= writes; i++) {
            write(source, i % WRITES_PER_PROBE == 0 || i == writes);
            if (i % WRITES_PER_FLUSH == 0) {
                source.flush();
            }
        }
        source.flush();
        long lastNs = 0;
        for (final LiveFork observer : observers) {
            observer.send(Observer.AWAIT + number);
        }
        for (final LiveFork observer : observers) {
            lastNs = Math.max(lastNs, Long.parseLong(receive(observer, source, "the last write")));
        }
        return writes * (double) SECOND_NS / (lastNs - startNs);
    }

    private void write(Source source, boolean isProbe) throws IOException {
        number++;
        Probe.write(value, number, System.nanoTime());
        source.put(isProbe ? Probe.KEY : 1 + random.nextInt(KEYS), value);
    }

    private List<Long> lags(Source source, List<LiveFork> observers)
            throws IOException, InterruptedException {
        for (final LiveFork observer : observers) {
            observer.send(Observer.RESET);
        }
        final long startNs = System.nanoTime();
        final long all = (long) pace * seconds;
        for (long i = 1; i <= all; i++) {
            while (System.nanoTime() - startNs < i * SECOND_NS / pace) {
                source.flush();
            }
            write(source, i % WRITES_PER_PROBE == 0);
            source.flush();
        }
        for (final LiveFork observer : observers) {
            observer.send(Observer.LAGS);
        }
        List<Long> slowest = List.of();
        for (final LiveFork observer : observers) {
            final List<Long> lags = new ArrayList<>();
            for (final String word : receive(observer, source, "lags").split(" ")) {
                lags.add(Long.parseLong(word));
            }
            if (slowest.isEmpty() || lags.get(2) > slowest.get(2)) {
                slowest = lags;
            }
        }
        if (slowest.get(0) < all / WRITES_PER_PROBE / 10) {
            throw new IOException(
                    "the reader saw only " + slowest.get(0) + " of " + all / WRITES_PER_PROBE);
        }
        return slowest;
    }
}
