// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.CacheStatistics;
import java.util.concurrent.atomic.AtomicLong;

/** A thread that runs operations in a loop and pauses while the gate is shut. */
final class Worker implements Runnable, WatchedTask {
    private static final int CHOICES = 20;
    private static final int CLOCK_STEP_NS = 20_000;

    private final int number;
    private final long seed;
    private final PauseGate gate;
    private final SoakOutcome outcome;
    private final ThreadBuffers buffers;
    private final Thread thread;
    private final Latencies latencies = new Latencies();
    private final RandomChoices choices = new RandomChoices();
    private final AtomicLong progress = new AtomicLong();
    private volatile boolean waiting;
    private SoakRound round;
    private ExpectedStatistics expectedStatistics;
    private SoakCache cache;
    private OwnedKeyModel ownedKeyModel;
    private OwnedKeyWorkload owned;
    private ReadOnlyWorkload readOnly;
    private CounterWorkload counters;
    private ScanChecker scanChecker;
    private CacheStatistics lastStatistics;
    private Operation operation;

    Worker(int number, long seed, PauseGate gate, SoakOutcome outcome) {
        this.number = number;
        this.seed = seed;
        this.gate = gate;
        this.outcome = outcome;
        this.buffers = new ThreadBuffers(number);
        this.thread = new Thread(this, "soak-" + number);
    }

    /**
     * Starts the daemon thread, which first waits at the gate. A hang does not keep the JVM alive.
     */
    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits for the thread to end. */
    void join(long milliseconds) throws InterruptedException {
        thread.join(milliseconds);
    }

    long threadId() {
        return thread.getId();
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Switches to the next round. Call this only while the thread is paused. */
    void begin(SoakRound next) {
        round = next;
        expectedStatistics = new ExpectedStatistics();
        cache = new MeasuredCache(next.soakCache(), latencies, expectedStatistics);
        ownedKeyModel = new OwnedKeyModel(next, number);
        owned = new OwnedKeyWorkload(next, cache, ownedKeyModel, buffers);
        readOnly = new ReadOnlyWorkload(next, cache, buffers);
        counters = new CounterWorkload(next, cache, buffers, number, expectedStatistics);
        scanChecker = new ScanChecker(next, cache, ownedKeyModel, readOnly);
        lastStatistics = CacheStatistics.NONE;
        choices.begin(
                next.configuration(), BitMixer.mix(seed + BitMixer.mix(number)) + next.number());
    }

    @Override
    public void run() {
        try {
            ExpectedStatistics counting = null;
            while (proceed()) {
                if (counting != expectedStatistics) {
                    counting = expectedStatistics;
                    RecordingRemovalHandler.countInto(counting);
                }
                step();
                progress.lazySet(progress.getPlain() + 1);
            }
        } catch (final Throwable thrown) {
            outcome.fail(thrown, describe());
        }
    }

    private boolean proceed() throws InterruptedException {
        if (gate.isOpen()) {
            return true;
        }
        waiting = true;
        final boolean open = gate.pass();
        waiting = false;
        return open;
    }

    private void step() {
        final boolean mustThrow = round.closed();
        choices.next();
        operation = choices.operation();
        try {
            operate();
        } catch (final IllegalStateException closedException) {
            if (!round.closing()
                    || !String.valueOf(closedException.getMessage()).contains("closed")) {
                throw closedException;
            }
            return;
        }
        if (mustThrow && operation != Operation.STATISTICS) {
            throw new Violation(
                    "an operation on a closed cache completed",
                    "an IllegalStateException",
                    operation.label());
        }
    }

    private void operate() {
        final int choice = choices.numberBelow(CHOICES);
        if (choice == 0 && round.manualClock() != null) {
            round.manualClock().advance(choices.otherNumberBelow(CLOCK_STEP_NS));
        }
        switch (operation) {
            case SCAN -> scanChecker.run();
            case DO_WORK -> cache.doWork();
            case SIZE -> size();
            case STATISTICS -> statistics();
            case ADD_AND_GET_LONG -> counters.run(operation, choices);
            case PUT, PUT_TTL, REPLACE -> owned.run(operation, choices);
            case MULTI_GET -> readOnly.run(operation, choices);
            case GET_LONG -> (choice < 9 ? owned : readOnly).run(operation, choices);
            case GET, READ, CONTAINS, REMAINING_TTL ->
                    (choice < 9 ? owned : choice < 18 ? readOnly : counters)
                            .run(operation, choices);
            default -> (choice < 16 ? owned : counters).run(operation, choices);
        }
    }

    private void size() {
        final long size = cache.size();
        final SoakConfiguration configuration = round.configuration();
        final long most =
                Math.min(
                        configuration.keys() + RemovedCounterTotals.COUNTERS,
                        configuration.cache().maxEntries());
        if (size < 0 || size > most) {
            throw new Violation("a size is out of bounds", "0 to " + most, "" + size);
        }
    }

    private void statistics() {
        final CacheStatistics statistics = cache.statistics();
        if (statistics.hits() < lastStatistics.hits()
                || statistics.misses() < lastStatistics.misses()
                || statistics.insertions() < lastStatistics.insertions()
                || statistics.evictions() < lastStatistics.evictions()) {
            throw new Violation(
                    "statistics went backwards", "at least " + lastStatistics, "" + statistics);
        }
        lastStatistics = statistics;
    }

    /** Returns what is needed to repeat the current step. */
    @Override
    public String describe() {
        return "thread "
                + number
                + ", round "
                + round.number()
                + " (configuration "
                + round.configuration().name()
                + "), operation number "
                + choices.step()
                + " ("
                + (operation == null ? "none" : operation.label())
                + ")";
    }

    @Override
    public boolean idle() {
        return waiting;
    }

    @Override
    public long progress() {
        return progress.get();
    }

    /** Returns the model, for the auditor. Call this only while the thread is paused. */
    OwnedKeyModel ownedKeyModel() {
        return ownedKeyModel;
    }

    OwnedKeyWorkload owned() {
        return owned;
    }

    CounterWorkload counters() {
        return counters;
    }

    ExpectedStatistics expectedStatistics() {
        return expectedStatistics;
    }

    Latencies latencies() {
        return latencies;
    }
}
