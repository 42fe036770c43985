// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.agrona.collections.Long2LongHashMap;

/**
 * The work that is measured, the same for each system. Each put has a number of its own, and this
 * knows which one is the last that was acknowledged for each key.
 *
 * <p>One thread uses it.
 */
final class Workload implements Closeable {
    private static final long STEP_NS = TimeUnit.SECONDS.toNanos(120);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    /** The time between two puts while there may be no leader. */
    private static final long ATTEMPT_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final int READS_UNDER_WAY = 16;
    private static final int DIGITS = 3;
    private static final int MOST_DESCRIBED = 10;
    private static final long SEED = 20_261_130;

    /**
     * The findings at the end.
     *
     * @param lost acknowledged puts that were not there.
     * @param unequal members that had not applied what the client had read.
     */
    record Contents(long lost, int unequal) {}

    /** Asks members what they have applied. */
    @FunctionalInterface
    interface Digests {
        /** Returns the digest of a member once it has applied a write of the marker. */
        long of(int member, long marker) throws IOException, InterruptedException;
    }

    /** Connects a client. */
    @FunctionalInterface
    interface Connection {
        /** Returns a client that passes its answers on. */
        Client open(Client.Answers answers) throws IOException;
    }

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final long[] acknowledged = new long[Keys.COUNT + 1];
    private final Map<Long, Long> acknowledgedSingles = new TreeMap<>();
    private final Long2LongHashMap keys = new Long2LongHashMap(NumberedValue.ABSENT);
    private final List<String> described = new ArrayList<>();
    private final Client client;
    private long nextNumber = 1;
    private long nextSingle = Keys.FIRST_SINGLE;
    private long puts;
    private long lost;

    /** The first put of this step; answers to earlier ones do not count. */
    private long firstOfStep;

    private int underWay;
    private long failed;
    private boolean hasSingle;

    /** Connects a client to members that have a leader. */
    Workload(Connection connection) throws IOException {
        Arrays.fill(acknowledged, NumberedValue.ABSENT);
        this.client = connection.open(this::onAnswer);
    }

    private void onAnswer(long tag, boolean done, long number) {
        if (tag < 0) {
            onRead(-1 - tag, done, number);
            return;
        }
        final long key = keys.remove(tag);
        if (done) {
            puts++;
            if (key >= Keys.FIRST_SINGLE) {
                acknowledgedSingles.put(key, tag);
                hasSingle = true;
            } else {
                acknowledged[(int) key] = Math.max(acknowledged[(int) key], tag);
            }
        }
        if (tag >= firstOfStep) {
            underWay--;
            failed += done ? 0 : 1;
        }
    }

    private void onRead(long key, boolean done, long number) {
        underWay--;
        if (!done) {
            failed++;
            return;
        }
        final long expected =
                key >= Keys.FIRST_SINGLE
                        ? acknowledgedSingles.getOrDefault(key, NumberedValue.ABSENT)
                        : acknowledged[(int) key];
        if (number != expected) {
            lost++;
            if (described.size() < MOST_DESCRIBED) {
                described.add("key " + key + " has " + number + " instead of " + expected);
            }
        }
    }

    private boolean beginPut(long key) {
        final long number = nextNumber;
        // A client without a connection answers at once.
        keys.put(number, key);
        underWay++;
        if (!client.put(number, key, number)) {
            keys.remove(number);
            underWay--;
            return false;
        }
        nextNumber++;
        return true;
    }

    private boolean beginGet(long key) {
        underWay++;
        if (!client.get(-1 - key, key)) {
            underWay--;
            return false;
        }
        return true;
    }

    private void beginStep() {
        firstOfStep = nextNumber;
        underWay = 0;
        failed = 0;
    }

    /** Takes answers, or waits a little for them. */
    private int work() throws InterruptedException {
        final int work = client.poll();
        client.idle(work);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return work;
    }

    /** Works until no more requests of this step are under way than a number. */
    private void await(int most) throws IOException, InterruptedException {
        final long deadlineNs = System.nanoTime() + STEP_NS;
        while (underWay > most) {
            if (work() == 0 && System.nanoTime() > deadlineNs) {
                throw new IOException(underWay + " requests had no answer within two minutes");
            }
        }
        if (failed > 0) {
            throw new IOException(failed + " requests have failed while there was a leader");
        }
    }

    private void roundTrip(boolean isPut, long key) throws IOException, InterruptedException {
        while (!(isPut ? beginPut(key) : beginGet(key))) {
            work();
        }
        await(0);
    }

    /**
     * Makes requests one after another.
     *
     * @param isPut true for puts, false for gets, whose values are compared.
     * @param seconds how long.
     * @return the times from a request to its answer, in nanoseconds.
     */
    Histogram roundTrips(boolean isPut, int seconds) throws IOException, InterruptedException {
        beginStep();
        final Histogram histogram = new Histogram(STEP_NS, DIGITS);
        final long endNs = System.nanoTime() + seconds * SECOND_NS;
        for (long startNs = System.nanoTime(); startNs < endNs; ) {
            roundTrip(isPut, random.nextInt(Keys.COUNT));
            final long nowNs = System.nanoTime();
            histogram.recordValue(Math.min(nowNs - startNs, STEP_NS));
            startNs = nowNs;
        }
        return histogram;
    }

    /**
     * Makes puts, many at a time.
     *
     * @param window the most puts under way.
     * @param seconds how long.
     * @return the puts a second, until the last one is acknowledged.
     */
    double pipelined(int window, int seconds) throws IOException, InterruptedException {
        beginStep();
        final long startNs = System.nanoTime();
        final long endNs = startNs + seconds * SECOND_NS;
        while (System.nanoTime() < endNs) {
            while (underWay < window && beginPut(random.nextInt(Keys.COUNT))) {
                // As many as may be under way.
            }
            work();
        }
        await(0);
        return (nextNumber - firstOfStep) * (double) SECOND_NS / (System.nanoTime() - startNs);
    }

    /**
     * Kills the leader, and tries a put each ten milliseconds, to a key of its own.
     *
     * @return nanoseconds from the signal to the first acknowledgement.
     */
    long failOver(MemberGroup group, int leader) throws IOException, InterruptedException {
        beginStep();
        hasSingle = false;
        final long startNs = System.nanoTime();
        group.kill(leader);
        long attemptNs = startNs;
        while (!hasSingle) {
            final long nowNs = System.nanoTime();
            if (nowNs >= attemptNs && beginPut(nextSingle)) {
                nextSingle++;
                attemptNs = nowNs + ATTEMPT_NS;
            }
            work();
            if (nowNs - startNs > STEP_NS) {
                throw new IOException("no put was acknowledged within two minutes");
            }
        }
        final long tookNs = System.nanoTime() - startNs;
        client.lead(group.awaitLeader());
        return tookNs;
    }

    /**
     * Starts a member that was killed, and waits until it has all that was acknowledged before.
     * Nobody writes meanwhile: a leader of jgroups-raft sends an entry again only after a second
     * without a request.
     *
     * @return nanoseconds from the start of its process until then.
     */
    long rejoin(MemberGroup group, int member) throws IOException, InterruptedException {
        final long marker = mark();
        final long startNs = System.nanoTime();
        group.start(member);
        group.askApplied(member, marker);
        while (!group.hasApplied(member)) {
            work();
            if (System.nanoTime() - startNs > STEP_NS) {
                throw new IOException("the member did not catch up within two minutes");
            }
        }
        return System.nanoTime() - startNs;
    }

    /** Writes the marker, and returns its number. */
    private long mark() throws IOException, InterruptedException {
        beginStep();
        final long number = nextNumber;
        roundTrip(true, Keys.MARKER);
        return number;
    }

    /**
     * Reads all keys and compares them with the puts that were acknowledged; then compares what
     * each member has applied.
     */
    Contents check(Digests members) throws IOException, InterruptedException {
        final long marker = mark();
        for (long key = 0; key < Keys.FIRST_SINGLE; key++) {
            read(key);
        }
        for (final long key : acknowledgedSingles.keySet()) {
            read(key);
        }
        await(0);
        final long expected = Keys.digest(key -> acknowledged[(int) key]);
        int unequal = 0;
        for (int id = 0; id < Place.MEMBERS; id++) {
            unequal += members.of(id, marker) == expected ? 0 : 1;
        }
        return new Contents(lost, unequal);
    }

    private void read(long key) throws IOException, InterruptedException {
        await(READS_UNDER_WAY - 1);
        while (!beginGet(key)) {
            work();
        }
    }

    /** Returns how many puts were acknowledged. */
    long puts() {
        return puts;
    }

    /** Returns the first differences. */
    List<String> described() {
        return described;
    }

    @Override
    public void close() {
        client.close();
    }
}
