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
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps a book of traded price levels in the cache and reads it as a trading strategy would. Each
 * trade updates its price level in place and renews the time to live. Then the levels around it are
 * read.
 */
final class TradeBookWorkload implements Workload {
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

    /**
     * Creates the workload.
     *
     * @param tape the trades.
     * @param measured the cache.
     * @param clock the clock of the cache.
     * @param model the model that is told of every operation, or null.
     * @param settings the settings of the book.
     */
    TradeBookWorkload(
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
        if (!tape.next(trade)) {
            return false;
        }
        final boolean moved = clock.advanceTo(trade.timeNs());
        final long level = Math.floorDiv(trade.price(), settings.tickSize());
        if (measured.update(level, updater)) {
            updated(level);
        } else {
            insert(level);
        }
        for (int distance = 1; distance <= settings.depth(); distance++) {
            read(level - distance);
            read(level + distance);
        }
        if (moved) {
            cache.doWork();
        }
        return true;
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
