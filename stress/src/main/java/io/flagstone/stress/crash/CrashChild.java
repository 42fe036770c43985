// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.stress.soak.Violation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.OffsetEpochNanoClock;

/**
 * The child: opens the cache of a directory, compares it with the ledger, and operates on it until
 * it is told to close the cache or is killed.
 *
 * <p>It waits for its {@link Assignment} on its standard input, so that the parent can start it
 * ahead of time.
 */
final class CrashChild {
    /** The exit status of a child that halts itself, which is that of one that is killed. */
    static final int KILLED = 137;

    private static final int WARM_UP_STEPS = 1000;
    private static final long MAX_RUN_NS = TimeUnit.MINUTES.toNanos(30);

    private final Assignment assignment;
    private final Ledger ledger;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final ReadWriteLock pause = new ReentrantReadWriteLock(true);
    private volatile boolean stop;

    private CrashChild(Assignment assignment, Ledger ledger) {
        this.assignment = assignment;
        this.ledger = ledger;
    }

    /**
     * Runs the child.
     *
     * @param args not used.
     * @throws IOException if the assignment cannot be read.
     * @throws InterruptedException never.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        warmUp();
        final BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        final String line = in.readLine();
        if (line == null) {
            // The parent needs no further child.
            return;
        }
        endWithParent(in);
        final Assignment assignment = Assignment.parse(line);
        try (Ledger ledger =
                new Ledger(
                        assignment.ledger(),
                        assignment.threads(),
                        assignment.configuration().keys())) {
            final CrashChild child = new CrashChild(assignment, ledger);
            try {
                child.run();
            } catch (final Exception | Error thrown) {
                child.fail(thrown);
            }
        }
    }

    /**
     * Loads and compiles the code in a cache in memory, so that a kill finds more than class
     * loading, and the threads do more before it.
     */
    private static void warmUp() {
        final CrashConfiguration configuration = CrashConfiguration.ALL.get(0);
        try (OffHeapCache cache = configuration.builder().build();
                Ledger ledger = new Ledger(1, configuration.keys())) {
            final CrashRound round =
                    new CrashRound(
                            cache,
                            configuration,
                            ledger,
                            new OffsetEpochNanoClock(),
                            1,
                            PlantedFault.NONE);
            final CrashWorker worker = new CrashWorker(round, 0, new ReentrantReadWriteLock());
            for (int i = 0; i < WARM_UP_STEPS; i++) {
                worker.step();
            }
            new CrashCheck(round).run();
        }
    }

    /** Halts the process when the parent has ended. */
    private static void endWithParent(BufferedReader in) {
        final Thread thread =
                new Thread(
                        () -> {
                            try {
                                in.readLine();
                            } catch (final IOException e) {
                                // The parent has ended.
                            }
                            Runtime.getRuntime().halt(KILLED);
                        },
                        "crash-parent");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() throws InterruptedException {
        final EpochNanoClock clock = new OffsetEpochNanoClock();
        haltAt(assignment.haltOpening());
        final long kinds = ledger.get(LedgerDescriptor.KINDS);
        ledger.set(LedgerDescriptor.KINDS, kinds | Kinds.RECOVERED);
        ledger.phase(Phase.OPENING);
        final long startNs = System.nanoTime();
        final OffHeapCache cache =
                assignment
                        .configuration()
                        .builder()
                        .directory(assignment.cache())
                        .restartListener(report -> {})
                        .build();
        AccessFaults.disarm();
        ledger.set(LedgerDescriptor.LAST_OPEN_NS, System.nanoTime() - startNs);
        final RestartReport report = cache.restartReport().orElseThrow();
        ledger.phase(Phase.CHECKING);
        opened(report, cache, kinds);
        final CrashRound round =
                new CrashRound(
                        cache,
                        assignment.configuration(),
                        ledger,
                        clock,
                        assignment.seed(),
                        assignment.fault());
        ledger.set(LedgerDescriptor.LAST_FOUND, new CrashCheck(round).run());
        ledger.add(LedgerDescriptor.OPENS, 1);
        ledger.phase(Phase.RUNNING);
        operate(round);
        if (failure.get() != null) {
            fail(failure.get());
        }
        haltAt(assignment.haltClosing());
        ledger.set(LedgerDescriptor.KINDS, Kinds.RECOVERED | Kinds.WARM);
        ledger.phase(Phase.CLOSING);
        cache.close();
        AccessFaults.disarm();
        ledger.set(LedgerDescriptor.KINDS, Kinds.WARM);
        ledger.phase(Phase.CLOSED);
    }

    private void opened(RestartReport report, OffHeapCache cache, long kinds) {
        final long kind = Kinds.bit(report.kind());
        if ((kind & kinds) == 0) {
            throw new Violation(
                    "the restart has another kind", Kinds.show(kinds), report.toString());
        }
        if (report.kind() != RestartReport.Kind.COLD && report.kept() != cache.size()) {
            throw new Violation(
                    "the restart's report and the size differ",
                    report.toString(),
                    "size " + cache.size());
        }
        ledger.set(LedgerDescriptor.LAST_KIND, kind);
        ledger.set(LedgerDescriptor.KINDS, Kinds.RECOVERED);
    }

    private void operate(CrashRound round) throws InterruptedException {
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < assignment.threads(); i++) {
            final int number = i;
            final CrashWorker worker = new CrashWorker(round, i, pause);
            threads.add(new Thread(() -> work(worker, number), "crash-worker-" + i));
        }
        threads.forEach(Thread::start);
        for (final Thread thread : threads) {
            thread.join();
        }
    }

    private void work(CrashWorker worker, int number) {
        try {
            if (number == 0) {
                haltAt(assignment.haltRunning());
            }
            final long startNs = System.nanoTime();
            while (!stop && ledger.get(LedgerDescriptor.COMMAND) == assignment.seed()) {
                worker.step();
                if (System.nanoTime() - startNs > MAX_RUN_NS) {
                    throw new IllegalStateException("the parent has neither stopped nor killed");
                }
            }
        } catch (final Exception | Error thrown) {
            failure.compareAndSet(null, thrown);
            stop = true;
        }
    }

    /** Halts the process at the n-th access of this thread to a region; 0 for never. */
    private static void haltAt(long access) {
        if (access > 0) {
            AccessFaults.interrupt(access, () -> Runtime.getRuntime().halt(KILLED));
        }
    }

    private void fail(Throwable thrown) {
        final StringWriter text = new StringWriter();
        if (thrown instanceof Violation) {
            text.append(thrown.getMessage()).append('\n');
        } else {
            text.append("an unexpected exception\n");
        }
        thrown.printStackTrace(new PrintWriter(text, true));
        try {
            final Path file = assignment.violation();
            Files.writeString(file, text.toString());
        } catch (final IOException e) {
            e.printStackTrace();
        }
        ledger.phase(Phase.FAILED);
        Runtime.getRuntime().halt(1);
    }
}
