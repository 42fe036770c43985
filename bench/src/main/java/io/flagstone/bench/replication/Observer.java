// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import io.flagstone.bench.fork.ParentLine;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.BusySpinIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The process of a replica, or of a reader next to it. It reads the probe again and again. Each new
 * value that it sees has a lag: the time since that value was written.
 */
public final class Observer {
    /** To an observer: forgets the lags. */
    static final String RESET = "reset";

    /** To an observer: tells when the probe has this number or a higher one. */
    static final String AWAIT = "await ";

    /** To an observer: tells the lags. */
    static final String LAGS = "lags";

    /** From an observer: it has everything. */
    static final String READY = "ready";

    private static final int DIGITS = 3;
    private static final int SPINS = 20;
    private static final int YIELDS = 20;
    private static final long LONGEST_PARK_NS = TimeUnit.MICROSECONDS.toNanos(20);

    private final Histogram lags = new Histogram(TimeUnit.HOURS.toNanos(1), DIGITS);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[Probe.LENGTH]);
    private final ParentLine parent;
    private final View view;
    private final IdleStrategy idle;
    private long seen = -1;
    private long awaited = Long.MAX_VALUE;

    private Observer(ParentLine parent, View view, boolean spin) {
        this.parent = parent;
        this.view = view;
        this.idle =
                spin
                        ? BusySpinIdleStrategy.INSTANCE
                        : new BackoffIdleStrategy(SPINS, YIELDS, 1_000, LONGEST_PARK_NS);
    }

    /** Returns the first line to an observer. */
    static String begin(Pair pair, int id, boolean spin, String address) {
        return String.join(" ", pair.name(), Integer.toString(id), Boolean.toString(spin), address);
    }

    /**
     * Runs until the parent ends. The first line from the parent is made by {@link #begin}.
     *
     * @param args none.
     * @throws IOException if the replica cannot be reached.
     * @throws InterruptedException never.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        final ParentLine parent = ParentLine.open();
        final String[] words = parent.take().split(" ", 4);
        final View view = Pair.valueOf(words[0]).view(words[3], Integer.parseInt(words[1]));
        new Observer(parent, view, Boolean.parseBoolean(words[2])).run();
    }

    private void run() throws IOException {
        while (!view.isReady()) {
            view.doWork();
        }
        parent.send(READY);
        while (true) {
            final String line = parent.poll();
            if (line != null) {
                take(line);
            }
            idle.idle(view.doWork() + look());
        }
    }

    private void take(String line) {
        if (line.equals(RESET)) {
            lags.reset();
        } else if (line.startsWith(AWAIT)) {
            awaited = Long.parseLong(line.substring(AWAIT.length()));
            tellIfSeen(System.nanoTime());
        } else {
            parent.send(
                    lags.getTotalCount()
                            + " "
                            + lags.getValueAtPercentile(50)
                            + " "
                            + lags.getValueAtPercentile(99)
                            + " "
                            + lags.getValueAtPercentile(99.9)
                            + " "
                            + lags.getMaxValue());
        }
    }

    private int look() throws IOException {
        if (!view.read(Probe.KEY, value) || Probe.number(value) == seen) {
            return 0;
        }
        final long nowNs = System.nanoTime();
        if (Probe.number(value) < seen) {
            throw new IllegalStateException(
                    "the probe went back from " + seen + " to " + Probe.number(value));
        }
        seen = Probe.number(value);
        lags.recordValue(
                Math.min(Math.max(0, nowNs - Probe.stampNs(value)), TimeUnit.HOURS.toNanos(1)));
        tellIfSeen(nowNs);
        return 1;
    }

    private void tellIfSeen(long nowNs) {
        if (seen >= awaited) {
            awaited = Long.MAX_VALUE;
            parent.send(Long.toString(nowNs));
        }
    }
}
