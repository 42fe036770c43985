// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClusterOperations;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The clients of a schedule, which call operations on few keys and record what they see. */
final class Clients {
    private static final int COUNT = 3;
    private static final long GUARD_MS = TimeUnit.SECONDS.toMillis(60);

    private final List<ClientThread> threads = new ArrayList<>();
    private final int schedule;
    private final int keys;

    /**
     * Creates clients that do not run yet.
     *
     * @param schedule its number; its keys and values are its own.
     */
    Clients(
            Supplier<? extends ClusterOperations> connections,
            SplittableRandom random,
            int schedule,
            int keys) {
        this.schedule = schedule;
        this.keys = keys;
        for (int i = 0; i < COUNT; i++) {
            threads.add(
                    new ClientThread(
                            connections,
                            random.split(),
                            (long) schedule * keys,
                            keys,
                            (long) (schedule * COUNT + i) << 32));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    List<ClientThread> threads() {
        return threads;
    }

    /** Returns the number of calls that have returned. */
    long done() {
        return threads.stream().mapToLong(ClientThread::done).sum();
    }

    /** Returns the number of calls of which nobody knows whether they took effect. */
    long unknown() {
        return threads.stream().mapToLong(ClientThread::unknown).sum();
    }

    /** Returns whether an exception has ended a client. */
    boolean hasFailed() {
        return threads.stream().anyMatch(client -> client.failure() != null);
    }

    /**
     * Checks that at most the call under way ends, for some time.
     *
     * @param pause returns after that time.
     * @param cause why nothing can be acknowledged.
     */
    void checkStandstill(Runnable pause, String cause) {
        final long[] most = threads.stream().mapToLong(client -> client.done() + 1).toArray();
        pause.run();
        for (int i = 0; i < most.length; i++) {
            final long excess = threads.get(i).done() - most[i];
            if (excess > 0) {
                throw new ClusterViolation("a client got " + (excess + 1) + " results " + cause);
            }
        }
    }

    /**
     * Ends all after the call under way.
     *
     * @throws ClusterViolation if one does not end in time, or was ended by an exception.
     */
    void end() throws InterruptedException {
        for (final ClientThread client : threads) {
            client.end(GUARD_MS);
        }
    }

    /**
     * Checks what the clients saw. They must have ended.
     *
     * @throws ClusterViolation if the calls on a key are not linearizable.
     */
    void check() {
        for (int i = 0; i < keys; i++) {
            final List<Call> all = new ArrayList<>();
            for (final ClientThread client : threads) {
                all.addAll(client.calls(i));
            }
            final String finding = LinearizabilityChecker.check(all);
            if (finding != null) {
                throw new ClusterViolation("schedule " + schedule + ", key " + i + ": " + finding);
            }
        }
    }
}
