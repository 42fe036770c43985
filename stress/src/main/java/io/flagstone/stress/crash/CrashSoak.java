// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.stress.soak.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * The parent: gives one child after another a cache to use, and ends each by its {@link CrashPlan}.
 * The next child on the same directory checks the cache. The configurations take turns, each in its
 * own directory, so that state accumulates.
 *
 * <p>The next child's JVM starts while the present child runs. Before a child opens a cache, its
 * files are copied to {@code before}, so that a violation can be examined.
 */
final class CrashSoak implements AutoCloseable {
    private static final long POLL_NS = TimeUnit.MICROSECONDS.toNanos(200);

    private final CrashOptions options;
    private final Path directory;
    private final CrashReport report;
    private final SplittableRandom random;
    private final Path log;
    private CrashPlan plan;
    private ChildProcess child;
    private CrashPlan nextPlan;
    private ChildProcess nextChild;
    private int drawn;

    CrashSoak(CrashOptions options, Path directory, CrashReport report) {
        this.options = options;
        this.directory = directory;
        this.report = report;
        this.random = new SplittableRandom(options.seed());
        this.log = directory.resolve("children.log");
    }

    /**
     * Runs until all kills are done or the time is up, then checks each configuration a last time.
     *
     * @throws Violation if a child found one, crashed or hung.
     */
    void run() throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        report.begin();
        prepare(false);
        while (report.kills() < options.kills()
                && System.nanoTime() - startNs < options.durationNs()) {
            advance(false);
            end();
            report.progress();
        }
        // Each configuration's last kill is checked, too.
        final List<CrashConfiguration> used = options.configurations();
        nextChild.close();
        drawn = 0;
        prepare(true);
        for (int i = 0; i < used.size(); i++) {
            advance(true);
            end();
        }
    }

    private void advance(boolean last) throws IOException {
        plan = nextPlan;
        child = nextChild;
        final Path home = home(plan);
        Files.createDirectories(home);
        keepFiles(home);
        try (Ledger ledger = ledger()) {
            ledger.phase(Phase.STARTING);
            ledger.set(LedgerDescriptor.COMMAND, plan.seed());
        }
        child.give(plan.assignment(home, options.threads(), options.fault()));
        prepare(last);
    }

    private void prepare(boolean last) throws IOException {
        final List<CrashConfiguration> all = options.configurations();
        final CrashPlan any = CrashPlan.draw(all.get(drawn++ % all.size()), random);
        nextPlan = last ? any.closing() : any;
        nextChild = new ChildProcess(nextPlan.jvmFlags(), log);
    }

    private Path home(CrashPlan of) {
        return directory.resolve(of.configuration().name());
    }

    private Ledger ledger() throws IOException {
        return new Ledger(
                home(plan).resolve("ledger"), options.threads(), plan.configuration().keys());
    }

    private void end() throws IOException, InterruptedException {
        try (Ledger ledger = ledger()) {
            await(ledger, plan.end() == CrashPlan.End.KILL_OPENING ? Phase.OPENING : Phase.RUNNING);
            pause(
                    plan.end() == CrashPlan.End.KILL_OPENING
                            ? (long) (plan.lateFraction() * report.usualOpenNs(plan))
                            : (long) (plan.fraction() * options.longestRunNs()));
            if (plan.end().isOrderly()) {
                ledger.set(LedgerDescriptor.COMMAND, 0);
                final long startNs = System.nanoTime();
                await(ledger, Phase.CLOSING);
                if (plan.end() == CrashPlan.End.KILL_CLOSING) {
                    pause((long) (plan.lateFraction() * report.usualCloseNs(plan)));
                } else {
                    await(ledger, Phase.CLOSED);
                    report.closed(plan, System.nanoTime() - startNs);
                }
            }
            final boolean killed = ledger.phase() != Phase.FAILED && !endsItself(ledger);
            if (killed) {
                child.kill();
            }
            final int status = child.await(options.hangAfterNs());
            check(ledger, status);
            report.ended(plan, ledger, status == CrashChild.KILLED, killed);
        }
    }

    private boolean endsItself(Ledger ledger) {
        return !child.isAlive()
                || plan.end() == CrashPlan.End.CLOSE
                || ledger.phase() == Phase.CLOSED;
    }

    private void check(Ledger ledger, int status) throws IOException {
        final Path file = home(plan).resolve("violation.txt");
        if (Files.exists(file)) {
            throw violation(Files.readString(file).strip());
        }
        final boolean closed = ledger.phase() == Phase.CLOSED;
        if (status != CrashChild.KILLED && !(closed && status == 0)) {
            throw violation(
                    "a process ended with status "
                            + status
                            + "\n  phase     "
                            + ledger.phase()
                            + "\n  log       "
                            + log);
        }
    }

    private Violation violation(String found) {
        return new Violation(found, "a process that ends by plan " + plan, "in " + home(plan));
    }

    /** Waits for a phase, or for the end of the child. */
    private void await(Ledger ledger, Phase phase) throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        while (ledger.phase().compareTo(phase) < 0 && child.isAlive()) {
            if (System.nanoTime() - startNs > options.hangAfterNs()) {
                child.printStacks();
                throw violation("a process hangs in the phase " + ledger.phase() + ", see " + log);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    private void pause(long ns) {
        final long startNs = System.nanoTime();
        while (System.nanoTime() - startNs < ns && child.isAlive()) {
            LockSupport.parkNanos(Math.min(POLL_NS, ns));
        }
    }

    private static void keepFiles(Path home) throws IOException {
        final Path before = Files.createDirectories(home.resolve("before"));
        final Path cache = home.resolve("cache");
        if (Files.exists(home.resolve("ledger"))) {
            copy(home.resolve("ledger"), before);
        }
        if (Files.isDirectory(cache)) {
            try (Stream<Path> files = Files.list(cache)) {
                for (final Path file : files.filter(Files::isRegularFile).toList()) {
                    copy(file, before);
                }
            }
        }
    }

    private static void copy(Path file, Path target) throws IOException {
        Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
        }
        if (nextChild != null) {
            nextChild.close();
        }
    }
}
