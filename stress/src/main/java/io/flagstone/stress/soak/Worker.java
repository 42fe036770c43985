// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.CacheStatistics;
import java.util.concurrent.atomic.AtomicLong;

/** One thread's endless loop of operations, interrupted by the gate. */
final class Worker implements Runnable, Heartbeat {
    private static final int CHOICES = 20;
    private static final int CLOCK_STEP_NS = 20_000;

    private final int number;
    private final long seed;
    private final Gate gate;
    private final Outcome outcome;
    private final Scratch scratch;
    private final Thread thread;
    private final Latencies latencies = new Latencies();
    private final Draw draw = new Draw();
    private final AtomicLong progress = new AtomicLong();
    private volatile boolean waiting;
    private Turn turn;
    private Tally tally;
    private SoakCache cache;
    private OwnedState ownedState;
    private OwnedKeys owned;
    private ForeignKeys foreign;
    private CounterKeys counters;
    private Scanner scanner;
    private CacheStatistics lastStatistics;
    private Operation operation;

    Worker(int number, long seed, Gate gate, Outcome outcome) {
        this.number = number;
        this.seed = seed;
        this.gate = gate;
        this.outcome = outcome;
        this.scratch = new Scratch(number);
        this.thread = new Thread(this, "soak-" + number);
    }

    /** Starts the thread, which waits at the gate first. A hung one does not keep the JVM. */
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

    /** Takes on another cache; called while the thread stands still. */
    void begin(Turn next) {
        turn = next;
        tally = new Tally();
        cache = new MeasuredCache(next.access(), latencies, tally);
        ownedState = new OwnedState(next, number);
        owned = new OwnedKeys(next, cache, ownedState, scratch);
        foreign = new ForeignKeys(next, cache, scratch);
        counters = new CounterKeys(next, cache, scratch, number, tally);
        scanner = new Scanner(next, cache, ownedState, foreign);
        lastStatistics = CacheStatistics.NONE;
        draw.begin(next.configuration(), Mixer.mix(seed + Mixer.mix(number)) + next.number());
    }

    @Override
    public void run() {
        try {
            Tally counting = null;
            while (proceed()) {
                if (counting != tally) {
                    counting = tally;
                    Departures.countInto(counting);
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
        final boolean mustRefuse = turn.closed();
        draw.next();
        operation = draw.operation();
        try {
            operate();
        } catch (final IllegalStateException refusal) {
            if (!turn.closing() || !String.valueOf(refusal.getMessage()).contains("closed")) {
                throw refusal;
            }
            return;
        }
        if (mustRefuse && operation != Operation.STATISTICS) {
            throw new Violation(
                    "an operation on a closed cache completed",
                    "an IllegalStateException",
                    operation.label());
        }
    }

    private void operate() {
        final int choice = draw.choice(CHOICES);
        if (choice == 0 && turn.drivenClock() != null) {
            turn.drivenClock().advance(draw.otherChoice(CLOCK_STEP_NS));
        }
        switch (operation) {
            case SCAN -> scanner.run();
            case DO_WORK -> cache.doWork();
            case SIZE -> size();
            case STATISTICS -> statistics();
            case ADD_TO_LONG -> counters.run(operation, draw);
            case PUT, PUT_TTL, REPLACE -> owned.run(operation, draw);
            case MULTI_GET -> foreign.run(operation, draw);
            case GET_LONG -> (choice < 9 ? owned : foreign).run(operation, draw);
            case GET, READ, CONTAINS, REMAINING_TTL ->
                    (choice < 9 ? owned : choice < 18 ? foreign : counters).run(operation, draw);
            default -> (choice < 16 ? owned : counters).run(operation, draw);
        }
    }

    private void size() {
        final long size = cache.size();
        final SoakConfiguration configuration = turn.configuration();
        final long most =
                Math.min(
                        configuration.keys() + CounterTable.COUNTERS,
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

    /** Enough to repeat it. */
    @Override
    public String describe() {
        return "thread "
                + number
                + ", turn "
                + turn.number()
                + " (configuration "
                + turn.configuration().name()
                + "), operation number "
                + draw.step()
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

    /** For the auditor, while the thread stands still. */
    OwnedState ownedState() {
        return ownedState;
    }

    OwnedKeys owned() {
        return owned;
    }

    CounterKeys counters() {
        return counters;
    }

    Tally tally() {
        return tally;
    }

    Latencies latencies() {
        return latencies;
    }
}
