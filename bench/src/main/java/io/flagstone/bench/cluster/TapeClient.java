// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.tape.PriceLevelRecord;
import io.flagstone.bench.tape.Trade;
import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterBatch;
import io.flagstone.cluster.ClusterClientContext;
import io.flagstone.cluster.ClusterRequests;
import io.flagstone.cluster.Outcome;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.BackoffIdleStrategy;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Makes the trades of the tape in a cluster, many at a time, and compares each answer with a model.
 *
 * <p>The first trade of a price level is a {@code putIfAbsent}. Each later one is a {@code
 * compareAndSet} from the record that the model has to the next one. So a trade that was lost, or
 * made twice, makes the next trade of its level fail.
 *
 * <p>One thread uses it.
 */
final class TapeClient implements Closeable {
    /** The width of a price level: 0.1 dollars, as in the replay. */
    private static final long TICK_SIZE = 10_000_000;

    private static final int MOST_DESCRIBED = 10;
    private static final int LEVELS_PER_READ = 500;
    private static final long REQUEST_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(60);

    /** The differences of the levels at the end, in trades and levels. */
    record Contents(int levels, long lost, long twice, long wrong) {}

    private final ClusterRequests requests;
    private final Map<Long, UnsafeBuffer> levels = new HashMap<>();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer next = new UnsafeBuffer(new byte[PriceLevelRecord.LENGTH]);
    private final PriceLevelRecord record = new PriceLevelRecord();
    private final PriceLevelRecord found = new PriceLevelRecord();
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[PriceLevelRecord.LENGTH]);
    private final IdleStrategy idle = new BackoffIdleStrategy(20, 20, 1_000, 100_000);
    private final ClusterBatch batch = new ClusterBatch();
    private final List<String> described = new ArrayList<>();
    private long readRequest = -1;
    private boolean hasRead;
    private long answers;
    private long wrongAnswers;
    private long answeredNs;
    private long longestSilenceNs;

    /**
     * Connects.
     *
     * @param driver the client's media driver.
     * @param ingressEndpoints of the members.
     */
    TapeClient(ClientDriver driver, String ingressEndpoints) {
        this.requests =
                ClusterRequests.connect(
                        new ClusterClientContext()
                                .aeronCluster(
                                        () ->
                                                driver.connection(
                                                        ingressEndpoints,
                                                        2 * MemberNode.HEARTBEAT_TIMEOUT_NS))
                                .requestTimeoutNs(REQUEST_TIMEOUT_NS),
                        this::onResponse);
    }

    /** Begins to make a trade. Waits only while as many are under way as the cluster allows. */
    void trade(Trade trade) {
        final long level = Math.floorDiv(trade.price(), TICK_SIZE);
        key.putLong(0, level);
        final UnsafeBuffer present = levels.get(level);
        if (present == null) {
            record.wrap(next, 0).begin(trade);
        } else {
            next.putBytes(0, present, 0, PriceLevelRecord.LENGTH);
            record.wrap(next, 0).add(trade);
        }
        idle.reset();
        while (send(present) == ClusterRequests.NOT_NOW) {
            idle.idle(requests.poll());
        }
        if (present == null) {
            levels.put(level, new UnsafeBuffer(next.byteArray().clone()));
        } else {
            present.putBytes(0, next, 0, PriceLevelRecord.LENGTH);
        }
        requests.poll();
    }

    private long send(UnsafeBuffer present) {
        return present == null
                ? requests.putIfAbsent(
                        key, 0, Long.BYTES, next, 0, PriceLevelRecord.LENGTH, OffHeapCache.NO_TTL)
                : requests.compareAndSet(
                        key,
                        0,
                        Long.BYTES,
                        present,
                        next,
                        0,
                        PriceLevelRecord.LENGTH,
                        OffHeapCache.NO_TTL);
    }

    /** Does what is to be done while trades are under way. */
    void poll() {
        requests.poll();
    }

    /** Waits for the answers to all trades. */
    void awaitAll() {
        idle.reset();
        while (requests.pending() > 0) {
            idle.idle(requests.poll());
        }
    }

    private void onResponse(
            long request,
            Outcome outcome,
            long number,
            DirectBuffer buffer,
            int offset,
            int length) {
        final long nowNs = System.nanoTime();
        if (request == readRequest) {
            hasRead = outcome == Outcome.OK;
            if (hasRead) {
                batch.accept(buffer, offset, length);
            }
            return;
        }
        if (answers++ > 0) {
            longestSilenceNs = Math.max(longestSilenceNs, nowNs - answeredNs);
        }
        answeredNs = nowNs;
        if (outcome != Outcome.OK || number != 1) {
            wrongAnswers++;
            describe("request " + request + ": " + outcome + ", " + number);
        }
    }

    private void describe(String difference) {
        if (described.size() < MOST_DESCRIBED) {
            described.add(difference);
        }
    }

    /**
     * Reads all levels and compares them with the model.
     *
     * @throws IOException if they cannot be read.
     */
    Contents compare() throws IOException {
        long lost = 0;
        long twice = 0;
        long wrong = 0;
        final List<Long> asked = new ArrayList<>();
        for (final Iterator<Long> all = levels.keySet().iterator(); all.hasNext(); ) {
            asked.add(all.next());
            if (asked.size() == LEVELS_PER_READ || !all.hasNext()) {
                read(asked);
                for (int i = 0; i < asked.size(); i++) {
                    final UnsafeBuffer expected = levels.get(asked.get(i));
                    final boolean isRecord = batch.length(i) == PriceLevelRecord.LENGTH;
                    if (isRecord) {
                        read.putBytes(0, batch.values(), batch.offset(i), PriceLevelRecord.LENGTH);
                    }
                    if (isRecord && read.equals(expected)) {
                        continue;
                    }
                    final long trades = isRecord ? found.wrap(read, 0).trades() : 0;
                    final long missing = record.wrap(expected, 0).trades() - trades;
                    lost += Math.max(0, missing);
                    twice += Math.max(0, -missing);
                    wrong++;
                    describe(
                            "level "
                                    + asked.get(i)
                                    + ": "
                                    + trades
                                    + " trades, "
                                    + missing
                                    + " too few");
                }
                asked.clear();
            }
        }
        return new Contents(levels.size(), lost, twice, wrong);
    }

    private void read(List<Long> asked) throws IOException {
        batch.clear();
        for (final long level : asked) {
            key.putLong(0, level);
            batch.add(key, 0, Long.BYTES);
        }
        hasRead = false;
        do {
            readRequest = requests.getAll(batch);
            requests.poll();
        } while (readRequest == ClusterRequests.NOT_NOW);
        awaitAll();
        if (!hasRead) {
            throw new IOException("the levels could not be read");
        }
    }

    /** Returns how many answers have come. */
    long answers() {
        return answers;
    }

    /** Returns how many answers were not those of the model. */
    long wrongAnswers() {
        return wrongAnswers;
    }

    /** Returns the first differences from the model. */
    List<String> described() {
        return described;
    }

    /** Returns the longest time between two answers. */
    long longestSilenceNs() {
        return longestSilenceNs;
    }

    /** Returns the position of the log at the last answer. */
    long position() {
        return requests.lastPosition();
    }

    @Override
    public void close() {
        requests.close();
    }
}
