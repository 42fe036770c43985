// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Runs one soak: creates the parts, starts the threads and watches them. */
final class Soak {
    private static final long CHECK_EVERY_MS = 100;
    private static final long JOIN_MS = 2000;

    private final SoakOptions options;
    private final UnaryOperator<SoakCache> decorator;
    private final PrintWriter out;

    /**
     * Prepares a soak.
     *
     * @param options the options, already validated.
     * @param decorator wraps each cache before the threads use it.
     * @param out receives progress and report.
     */
    Soak(SoakOptions options, UnaryOperator<SoakCache> decorator, PrintWriter out) {
        this.options = options;
        this.decorator = decorator;
        this.out = out;
    }

    /**
     * Runs the soak.
     *
     * @return the first violation, or null if there was none.
     */
    String run() throws InterruptedException, IOException {
        final PauseGate gate = new PauseGate(options.threads());
        final SoakOutcome outcome = new SoakOutcome();
        final List<Worker> workers = new ArrayList<>();
        for (int i = 0; i < options.threads(); i++) {
            workers.add(new Worker(i, options.seed(), gate, outcome));
        }
        final SoakReport report = new SoakReport(options, workers, out);
        final SoakCoordinator coordinator =
                new SoakCoordinator(options, decorator, workers, gate, outcome, report);
        report.header();
        final Thread thread = new Thread(coordinator, "soak-coordinator");
        thread.setDaemon(true);
        thread.start();
        workers.forEach(Worker::start);

        final List<WatchedTask> watched = new ArrayList<>(workers);
        watched.add(coordinator);
        final Watchdog watchdog = new Watchdog(watched, options.hangAfterNs());
        long checkedNs = System.nanoTime();
        while (!outcome.await(CHECK_EVERY_MS)) {
            final long nowNs = System.nanoTime();
            report.watchdogChecked(nowNs - checkedNs);
            checkedNs = nowNs;
            try {
                watchdog.check();
            } catch (final Violation hang) {
                outcome.fail(hang, "the watchdog");
            }
        }
        gate.stop();
        final String violation = outcome.violation();
        if (violation == null) {
            // Not after a violation: a thread may never end then.
            thread.join(JOIN_MS);
            for (final Worker worker : workers) {
                worker.join(JOIN_MS);
            }
            report.print();
        }
        if (options.json() != null) {
            new JsonReport(report).write(options.json(), violation);
        }
        return violation;
    }
}
