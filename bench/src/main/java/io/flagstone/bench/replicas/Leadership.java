// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.aeron.Aeron;
import io.aeron.Counter;
import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.bench.replay.ReplayClock;
import io.flagstone.bench.verify.ModelKey;
import io.flagstone.bench.verify.ReferenceModel;
import io.flagstone.replication.CachePublisher;
import io.flagstone.replication.ReplicaStatus;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;

/** The work of a primary: it makes the trades of the tape at a pace, and publishes the changes. */
final class Leadership implements Closeable {
    private static final int TRADES_PER_CYCLE = 8;
    private static final long LONGEST_BACKLOG_NS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

    private final OffHeapCache cache;
    private final CachePublisher publisher;
    private final ReferenceModel model;
    private final MarkedBook book;
    private final Counter made;
    private final int tradesPerSecond;
    private final int roomBytes;
    private final long evictionsBefore;
    private final long expirationsBefore;
    private long limit;
    private long startNs;
    private long startTrades;
    private boolean ended;

    /**
     * Begins to lead.
     *
     * @param assignment the node's assignment.
     * @param cache the cache, which takes writes.
     * @param clock the clock of the cache.
     * @param model the model of the cache, or null.
     * @param aeron the client of the media driver.
     * @param epoch the epoch.
     * @throws IOException if the tape cannot be read.
     */
    Leadership(
            Talk.Assignment assignment,
            OffHeapCache cache,
            ReplayClock clock,
            ReferenceModel model,
            Aeron aeron,
            long epoch)
            throws IOException {
        this.cache = cache;
        this.model = model;
        this.book = new MarkedBook(cache, clock, model, assignment.tape());
        this.made = aeron.addCounter(LagMeter.COUNTER_TYPE, LagMeter.label(assignment.id()));
        this.publisher =
                CachePublisher.builder()
                        .cache(cache)
                        .aeron(aeron)
                        .channel(Node.CHANGES_OUT)
                        .statusChannel(Node.STATUSES)
                        .epoch(epoch)
                        .build();
        this.tradesPerSecond = assignment.tradesPerSecond();
        this.roomBytes = cache.changeFeed().capacityBytes() / 2;
        this.evictionsBefore = cache.statistics().evictions();
        this.expirationsBefore = cache.statistics().expirations();
    }

    /**
     * Gives a model the entries of a cache.
     *
     * @param contents the entries, with deadlines by the clock of the model.
     * @param cache the cache.
     * @param model a model whose clock is at 0.
     */
    static void teach(Contents contents, OffHeapCache cache, ReferenceModel model) {
        for (final Contents.Entry entry : contents.entries()) {
            final UnsafeBuffer value = new UnsafeBuffer(entry.bytes());
            model.stored(
                    ModelKey.of(entry.key()),
                    cache.segmentIndex(entry.key()),
                    value,
                    value.capacity(),
                    entry.deadlineNs() == Long.MAX_VALUE ? OffHeapCache.NO_TTL : entry.deadlineNs(),
                    true);
        }
    }

    /** Goes on with the book of the primary before; see {@link MarkedBook#resume}. */
    boolean resume() throws IOException {
        return book.resume();
    }

    /** Makes trades until so many of the tape have been made. */
    void run(long trades) {
        limit = trades;
        startNs = System.nanoTime();
        startTrades = book.trades();
    }

    /** Makes the trades that are due, a few at a time, and publishes changes. */
    int doWork() throws IOException {
        int work = 0;
        while (work < TRADES_PER_CYCLE && isDue()) {
            ended = !book.step();
            work++;
        }
        made.setOrdered(book.trades());
        return work + publisher.doWork();
    }

    private boolean isDue() {
        if (ended || book.trades() >= limit) {
            return false;
        }
        // A tape can wait, unlike a market; so the feed never has to drop changes.
        if (cache.changeFeed().pendingBytes() > roomBytes) {
            return false;
        }
        final long nowNs = System.nanoTime();
        final long dueNs = startNs + (book.trades() - startTrades) * SECOND_NS / tradesPerSecond;
        if (nowNs - dueNs > LONGEST_BACKLOG_NS) {
            // The machine was busy. To catch up at once would be another load than was asked for.
            startNs = nowNs;
            startTrades = book.trades();
            return true;
        }
        return nowNs - dueNs >= 0;
    }

    long trades() {
        return book.trades();
    }

    /** Returns the number of the last change that was published. */
    long number() {
        return publisher.number();
    }

    /** Returns the number of the last change that each replica acknowledged, by id. */
    Map<Integer, Long> acknowledged() {
        return publisher.replicas().stream()
                .collect(Collectors.toMap(ReplicaStatus::replicaId, ReplicaStatus::acknowledged));
    }

    /** Returns whether all changes are published, and acknowledged by so many replicas. */
    boolean isAcknowledged(int replicas) {
        return ended
                && cache.changeFeed().pendingBytes() == 0
                && cache.changeFeed().number() == publisher.number()
                && (replicas == 0 || publisher.acknowledged(replicas) == publisher.number());
    }

    /** Returns the answers that differed from the model. */
    Talk.Found found() {
        return model == null ? Talk.Found.NOTHING : Talk.Found.of(model.differences());
    }

    /** Compares the counts of the cache with those of the model. */
    void compareCounts() {
        if (model != null) {
            final CacheStatistics statistics = cache.statistics();
            model.finish(cache.size(), evictions(), statistics.expirations() - expirationsBefore);
        }
    }

    /** Returns how many live entries were evicted since this began to lead. */
    long evictions() {
        return cache.statistics().evictions() - evictionsBefore;
    }

    long sent() {
        return publisher.sent();
    }

    long gaps() {
        return publisher.gaps();
    }

    @Override
    public void close() throws IOException {
        CloseHelper.quietCloseAll(publisher, made);
        book.close();
    }
}
