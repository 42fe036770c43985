// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Controls the course of the soak: lets the workers run, stops them for an audit, and after some
 * audits closes the cache under load and starts the next round.
 */
final class SoakCoordinator implements Runnable, WatchedTask {
    private static final int CLEAR_EVERY = 3;
    private static final int STEPS_BEFORE_CLOSE = 2000;
    private static final int STEPS_AFTER_CLOSE = 8;
    private static final long SLICE_MS = 20;

    private final SoakOptions options;
    private final UnaryOperator<SoakCache> decorator;
    private final List<Worker> workers;
    private final PauseGate gate;
    private final SoakOutcome outcome;
    private final SoakReport report;
    private final Auditor auditor;
    private volatile long progress;
    private volatile String stage = "starting";
    private SoakRound round;

    SoakCoordinator(
            SoakOptions options,
            UnaryOperator<SoakCache> decorator,
            List<Worker> workers,
            PauseGate gate,
            SoakOutcome outcome,
            SoakReport report) {
        this.options = options;
        this.decorator = decorator;
        this.workers = workers;
        this.gate = gate;
        this.outcome = outcome;
        this.report = report;
        this.auditor = new Auditor(workers);
    }

    @Override
    public void run() {
        try {
            runRounds();
            outcome.finish();
        } catch (final Throwable thrown) {
            outcome.fail(thrown, describe());
        }
    }

    private void runRounds() throws InterruptedException {
        final long deadlineNs = System.nanoTime() + options.durationNs();
        begin(0);
        for (int audits = 1; ; audits++) {
            final long auditNs = Math.min(deadlineNs, System.nanoTime() + options.auditEveryNs());
            report.running();
            gate.open();
            stage("running");
            while (System.nanoTime() < auditNs) {
                if (pause(Math.min(SLICE_MS, 1 + (auditNs - System.nanoTime()) / 1_000_000))) {
                    return;
                }
            }
            if (!quiesce()) {
                return;
            }
            report.stopped();
            audit(audits);
            final boolean over = System.nanoTime() >= deadlineNs;
            if (audits % options.switchEvery() == 0 || over) {
                if (!closeUnderLoad()) {
                    return;
                }
                report.closed(auditor.checkStatistics());
                if (over) {
                    return;
                }
                begin(round.number() + 1);
                report.memory().checkReturned(round.configuration().cache().memoryBytes(), outcome);
            }
        }
    }

    private void begin(int number) {
        stage("building a cache");
        final List<SoakConfiguration> configurations = options.configurations();
        round =
                new SoakRound(
                        number,
                        workers.size(),
                        configurations.get(number % configurations.size()),
                        decorator,
                        this::handlerFailed);
        auditor.begin(round);
        workers.forEach(worker -> worker.begin(round));
    }

    private void audit(int audits) {
        stage("auditing");
        auditor.audit();
        report.line(round);
        stage("leaping");
        auditor.leap();
        if (audits % CLEAR_EVERY == 0) {
            stage("clearing");
            auditor.clear();
        }
    }

    /**
     * Closes the cache while all workers use it, then awaits some steps of each, which must throw.
     */
    private boolean closeUnderLoad() throws InterruptedException {
        stage("closing under load");
        gate.open();
        if (!awaitSteps(STEPS_BEFORE_CLOSE)) {
            return false;
        }
        round.close();
        return awaitSteps(STEPS_AFTER_CLOSE) && quiesce();
    }

    private boolean awaitSteps(int steps) throws InterruptedException {
        final long[] goals = new long[workers.size()];
        for (int i = 0; i < goals.length; i++) {
            goals[i] = workers.get(i).progress() + steps;
        }
        for (int i = 0; i < goals.length; i++) {
            while (workers.get(i).progress() < goals[i]) {
                if (pause(1)) {
                    return false;
                }
            }
        }
        return true;
    }

    private boolean quiesce() throws InterruptedException {
        stage("stopping the workers");
        gate.shut();
        while (!gate.awaitAll(SLICE_MS)) {
            if (pause(1)) {
                return false;
            }
        }
        return true;
    }

    private boolean pause(long milliseconds) throws InterruptedException {
        progress++;
        return outcome.await(milliseconds);
    }

    private void stage(String next) {
        stage = next;
        progress++;
    }

    /** Reports an exception of the removal handler with the operation of the thread it ran on. */
    private void handlerFailed(Throwable thrown) {
        for (final Worker worker : workers) {
            if (worker.isCurrentThread()) {
                outcome.fail(thrown, worker.describe() + ", in the removal handler");
                return;
            }
        }
        outcome.fail(thrown, describe() + ", in the removal handler");
    }

    @Override
    public long progress() {
        return progress;
    }

    @Override
    public boolean idle() {
        return false;
    }

    @Override
    public String describe() {
        return "the coordinator, " + stage + ", in round " + (round == null ? 0 : round.number());
    }
}
