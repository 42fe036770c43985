// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.OffHeapCache;
import io.flagstone.api.ValueUpdater;
import io.flagstone.bench.tape.PriceLevelRecord;
import io.flagstone.bench.tape.Trade;
import io.flagstone.bench.tape.TradeTape;
import io.flagstone.bench.verify.ModelKey;
import io.flagstone.bench.verify.ReferenceModel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps a book of traded price levels in the cache and reads it as a trading strategy would. Each
 * trade updates its price level in place and renews the time to live. Then the levels around it are
 * read.
 */
public final class TradeBookWorkload implements Workload {
    /** A hundred years; later times may not fit 64 bits. */
    private static final long LONGEST_SHOWN_NS = TimeUnit.DAYS.toNanos(36_525);

    private final TradeTape tape;
    private final MeasuredCache measured;
    private final OffHeapCache cache;
    private final ReplayClock clock;
    private final ReferenceModel model;
    private final TapeSettings settings;
    private final Trade trade = new Trade();
    private final PriceLevelRecord record = new PriceLevelRecord();
    private final MutableDirectBuffer scratch = new UnsafeBuffer(new byte[PriceLevelRecord.LENGTH]);
    private final ValueUpdater updater = this::applyTrade;
    private final MissClassifier misses = new MissClassifier();
    private boolean moved;

    /**
     * Creates the workload.
     *
     * @param tape the trades.
     * @param measured the cache.
     * @param clock the clock of the cache.
     * @param model the model that is told of every operation, or null.
     * @param settings the settings of the book.
     */
    public TradeBookWorkload(
            TradeTape tape,
            MeasuredCache measured,
            ReplayClock clock,
            ReferenceModel model,
            TapeSettings settings) {
        this.tape = tape;
        this.measured = measured;
        this.cache = measured.cache();
        this.clock = clock;
        this.model = model;
        this.settings = settings;
    }

    @Override
    public boolean step() throws IOException {
        if (!next()) {
            return false;
        }
        makeTrade();
        return true;
    }

    /**
     * Reads the next trade and moves the clock to its time.
     *
     * @return false at the end of the tape.
     * @throws IOException if the tape is malformed or cannot be read.
     */
    public boolean next() throws IOException {
        if (!tape.next(trade)) {
            return false;
        }
        moved = clock.advanceTo(trade.timeNs());
        return true;
    }

    /**
     * Returns the price level of the trade that was read last.
     *
     * @return the level, which is the key of its record.
     */
    public long level() {
        return Math.floorDiv(trade.price(), settings.tickSize());
    }

    /** Makes the trade that was read last, and reads the levels around it. */
    public void makeTrade() {
        final long level = level();
        if (measured.update(level, updater)) {
            updated(level);
        } else {
            misses.missed(level, clock.nanoTime());
            insert(level);
        }
        readAround(level);
    }

    /**
     * Ends the trade that was read last, if its level has been updated already: renews the level's
     * time to live and reads the levels around it.
     */
    public void endTrade() {
        final long level = level();
        renew(level);
        readAround(level);
    }

    private void readAround(long level) {
        misses.written(level, clock.nanoTime(), settings.ttlNs());
        for (int distance = 1; distance <= settings.depth(); distance++) {
            read(level - distance);
            read(level + distance);
        }
        if (moved) {
            cache.doWork();
        }
    }

    private void applyTrade(MutableDirectBuffer value) {
        record.wrap(value, 0).add(trade);
        if (model != null) {
            value.getBytes(0, scratch, 0, PriceLevelRecord.LENGTH);
        }
    }

    private void updated(long level) {
        if (model != null) {
            final Object key = ModelKey.of(level);
            final MutableDirectBuffer expected = model.value(key);
            if (expected != null) {
                record.wrap(expected, 0).add(trade);
            }
            model.hit(key, scratch, PriceLevelRecord.LENGTH);
        }
        renew(level);
    }

    private void renew(long level) {
        final boolean renewed = measured.setTtl(level, settings.ttlNs());
        if (model != null) {
            model.renewed(ModelKey.of(level), settings.ttlNs(), renewed);
        }
    }

    private void insert(long level) {
        final Object key = model == null ? null : ModelKey.of(level);
        if (model != null) {
            model.miss(key);
        }
        record.wrap(scratch, 0).begin(trade);
        final boolean absent =
                measured.put(level, scratch, PriceLevelRecord.LENGTH, settings.ttlNs());
        if (model != null) {
            model.stored(
                    key,
                    cache.segmentIndex(level),
                    scratch,
                    PriceLevelRecord.LENGTH,
                    settings.ttlNs(),
                    absent);
        }
    }

    private void read(long level) {
        final int length = measured.get(level, scratch);
        if (length == OffHeapCache.NOT_FOUND) {
            misses.missed(level, clock.nanoTime());
        }
        if (model == null) {
            return;
        }
        final Object key = ModelKey.of(level);
        if (length == OffHeapCache.NOT_FOUND) {
            model.miss(key);
        } else {
            model.hit(key, scratch, length);
        }
    }

    @Override
    public MissCauses missCauses() {
        return misses.causes();
    }

    /** Reads the level of the last trade, which is the newest quote in the cache. */
    @Override
    public StaleQuote staleQuote() {
        final long ttlNs = settings.ttlNs();
        if (ttlNs == OffHeapCache.NO_TTL || ttlNs > LONGEST_SHOWN_NS) {
            return null;
        }
        final long level = level();
        clock.advanceTo(trade.timeNs() + ttlNs - 1);
        final boolean found = cache.get(level, scratch, 0) != OffHeapCache.NOT_FOUND;
        final long price = found ? record.wrap(scratch, 0).lastPrice() : StaleQuote.NONE;
        clock.advanceTo(trade.timeNs() + ttlNs);
        final boolean foundAfter = cache.get(level, scratch, 0) != OffHeapCache.NOT_FOUND;
        return new StaleQuote(trade.timeNs(), ttlNs, price, foundAfter);
    }

    @Override
    public long position() {
        return tape.position();
    }

    @Override
    public long length() {
        return tape.length();
    }

    @Override
    public long tooLarge() {
        return 0;
    }
}
