// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.ClusterOperations;
import io.flagstone.cluster.ClusterRequestException;
import io.flagstone.stress.cluster.Call.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.agrona.concurrent.UnsafeBuffer;

/** A client that calls random operations on few keys and records what it saw. */
final class ClientThread extends Thread {
    private static final long NO_TTL = OffHeapCache.NO_TTL;

    private final Supplier<? extends ClusterOperations> connections;
    private final SplittableRandom random;
    private final long firstKey;
    private final List<List<Call>> calls = new ArrayList<>();
    private final long[] last;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer expected = new UnsafeBuffer(new byte[8]);
    private long nextValue;
    private volatile long done;
    private volatile long unknown;
    private volatile boolean stopping;
    private volatile Throwable failure;

    /**
     * Creates a client.
     *
     * @param firstKey the keys are this one and the following ones, which no other schedule uses.
     * @param firstValue its values begin here, so that no other client writes the same.
     */
    ClientThread(
            Supplier<? extends ClusterOperations> connections,
            SplittableRandom random,
            long firstKey,
            int keys,
            long firstValue) {
        super("client-" + firstValue);
        this.connections = connections;
        this.random = random;
        this.firstKey = firstKey;
        this.nextValue = firstValue;
        this.last = new long[keys];
        for (int i = 0; i < keys; i++) {
            calls.add(new ArrayList<>());
        }
        setDaemon(true);
    }

    @Override
    public void run() {
        try (ClusterOperations cache = connections.get()) {
            while (!stopping) {
                call(cache, random.nextInt(calls.size()));
                done++;
            }
            readAll(cache);
        } catch (final Throwable thrown) {
            failure = thrown;
        }
    }

    /** Reads each key when there are no faults any more. Each read must succeed. */
    private void readAll(ClusterOperations cache) {
        for (int number = 0; number < calls.size(); number++) {
            key.putLong(0, firstKey + number);
            final long beginNs = System.nanoTime();
            final long result = execute(cache, Kind.GET, 0);
            calls.get(number)
                    .add(new Call(Kind.GET, 0, 0, true, result, beginNs, System.nanoTime()));
        }
    }

    private void call(ClusterOperations cache, int number) {
        final Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
        key.putLong(0, firstKey + number);
        final long argument = kind == Kind.ADD ? 1 << 20 : nextValue++;
        final long comparison = last[number];
        value.putLong(0, argument);
        expected.putLong(0, comparison);
        final long beginNs = System.nanoTime();
        long result = 0;
        boolean known = true;
        try {
            result = execute(cache, kind, argument);
        } catch (final ClusterRequestException e) {
            if (e.outcome().isKnown()) {
                return;
            }
            known = false;
            unknown++;
        }
        final long endNs = known ? System.nanoTime() : Long.MAX_VALUE;
        if (known || kind != Kind.GET) {
            calls.get(number)
                    .add(new Call(kind, argument, comparison, known, result, beginNs, endNs));
        }
        if (kind == Kind.GET && known) {
            last[number] = result;
        }
    }

    private long execute(ClusterOperations cache, Kind kind, long argument) {
        return switch (kind) {
            case GET -> cache.getLong(key, 0, 8, 0, Call.ABSENT);
            case PUT -> cache.put(key, 0, 8, value, 0, 8, NO_TTL) ? 1 : 0;
            case PUT_IF_ABSENT -> cache.putIfAbsent(key, 0, 8, value, 0, 8, NO_TTL) ? 1 : 0;
            case COMPARE_AND_SET ->
                    cache.compareAndSet(key, 0, 8, expected, value, 0, 8, NO_TTL) ? 1 : 0;
            case ADD -> cache.addAndGetLong(key, 0, 8, 0, argument, Call.ABSENT);
            case REMOVE -> cache.remove(key, 0, 8) ? 1 : 0;
        };
    }

    /**
     * Ends after the call under way and a read of each key.
     *
     * @throws ClusterViolation if it does not end in time, or was ended by an exception.
     */
    void end(long timeoutMs) throws InterruptedException {
        stopping = true;
        join(timeoutMs);
        if (isAlive()) {
            throw new ClusterViolation("a client does not end");
        }
        if (failure != null) {
            throw new ClusterViolation("a client ended by " + failure);
        }
    }

    /** Returns the number of calls that have returned. */
    long done() {
        return done;
    }

    /** Returns the number of calls of which nobody knows whether they took effect. */
    long unknown() {
        return unknown;
    }

    /** Returns what ended the thread too early, or null. */
    Throwable failure() {
        return failure;
    }

    /** Returns the calls on a key; the thread must have ended. */
    List<Call> calls(int number) {
        return calls.get(number);
    }
}
