// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.fork.LiveFork;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/** A {@link Node} as the process sees it that runs the replay. One thread uses it. */
final class NodeProcess implements Closeable {
    private static final List<String> FLAGS =
            List.of("-Xmx96m", "-XX:+UseSerialGC", "-Xshare:auto");
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(60);
    private static final Talk.Progress NOTHING =
            new Talk.Progress(0, 0, Map.of(), Talk.Found.NOTHING, Lag.NONE);

    private final LiveFork fork;
    private final int id;
    private final Deque<Object> waiting = new ArrayDeque<>();
    private Talk.Progress progress = NOTHING;

    /**
     * Starts a node.
     *
     * @param name its name for messages.
     * @param assignment what it is.
     * @throws IOException if the process cannot be started.
     */
    NodeProcess(String name, Talk.Assignment assignment) throws IOException {
        this.id = assignment.id();
        this.fork = new LiveFork(name, Node.class, FLAGS);
        tell(assignment);
    }

    int id() {
        return id;
    }

    /** Sends a message. */
    void tell(Object message) throws IOException {
        fork.send(Talk.encode(message));
    }

    /**
     * Waits for a message.
     *
     * @param kind the kind of the message. Messages of other kinds wait.
     * @return the message.
     * @throws IOException if the node failed or is too slow, with its log.
     */
    <T> T await(Class<T> kind) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + STEP_NS;
        for (final Object message : waiting) {
            if (kind.isInstance(message)) {
                waiting.remove(message);
                return kind.cast(message);
            }
        }
        while (true) {
            final Object message =
                    Talk.decode(fork.receive(deadlineNs, "the message " + kind.getSimpleName()));
            if (message instanceof Talk.Progress next) {
                progress = next;
            } else if (kind.isInstance(message)) {
                return kind.cast(message);
            } else {
                waiting.add(message);
            }
        }
    }

    /**
     * Waits until so many trades are made.
     *
     * @param trades the number of trades, from the beginning of the tape.
     * @param watcher called with the number of trades that are made, again and again.
     */
    void awaitTrades(long trades, LongConsumer watcher) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + STEP_NS;
        while (progress.trades() < trades) {
            final Object message = Talk.decode(fork.receive(deadlineNs, "trade " + trades));
            if (message instanceof Talk.Progress next) {
                progress = next;
                watcher.accept(next.trades());
            } else {
                waiting.add(message);
            }
        }
    }

    /** Kills the process and returns the last that it told of its progress. */
    Talk.Progress kill() throws InterruptedException {
        for (final String line : fork.kill()) {
            // The last line may be a part of one.
            if (line.endsWith("}") && Talk.decode(line) instanceof Talk.Progress next) {
                progress = next;
            }
        }
        return progress;
    }

    @Override
    public void close() throws IOException {
        fork.close();
    }
}
