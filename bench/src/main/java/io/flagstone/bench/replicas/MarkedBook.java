// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.OffHeapCache;
import io.flagstone.api.ValueUpdater;
import io.flagstone.bench.replay.MeasuredCache;
import io.flagstone.bench.replay.ReplayClock;
import io.flagstone.bench.replay.TapeSettings;
import io.flagstone.bench.replay.TradeBookWorkload;
import io.flagstone.bench.tape.PriceLevelRecord;
import io.flagstone.bench.tape.TradeTape;
import io.flagstone.bench.verify.ModelKey;
import io.flagstone.bench.verify.ReferenceModel;
import java.io.Closeable;
import java.io.IOException;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The book of the trade tape, with a {@link Marker} before each trade. So a cache that has only a
 * part of the changes tells with which trade the next primary has to go on.
 */
final class MarkedBook implements Closeable {
    private final TradeTape tape;
    private final OffHeapCache cache;
    private final ReferenceModel model;
    private final TradeBookWorkload book;
    private final Marker marker = new Marker();
    private final PriceLevelRecord record = new PriceLevelRecord();
    private final MutableDirectBuffer scratch = new UnsafeBuffer(new byte[Marker.LENGTH]);
    private final MutableDirectBuffer level = new UnsafeBuffer(new byte[PriceLevelRecord.LENGTH]);
    private final ValueUpdater copyMarker = value -> value.putBytes(0, scratch, 0, Marker.LENGTH);
    private long trades;

    /**
     * Opens the tape.
     *
     * @param cache the cache for the book.
     * @param clock the clock of the cache.
     * @param model the model that is told of every operation, or null.
     * @param settings the settings of the book.
     * @throws IOException if the tape cannot be read.
     */
    MarkedBook(OffHeapCache cache, ReplayClock clock, ReferenceModel model, TapeSettings settings)
            throws IOException {
        this.tape = TradeTape.open();
        this.cache = cache;
        this.model = model;
        this.book = new TradeBookWorkload(tape, new MeasuredCache(cache), clock, model, settings);
    }

    /** Returns how many trades of the tape have been made. */
    long trades() {
        return trades;
    }

    /**
     * Makes the next trade.
     *
     * @return false at the end of the tape.
     * @throws IOException if the tape cannot be read.
     */
    boolean step() throws IOException {
        if (!book.next()) {
            return false;
        }
        nextStep();
        mark();
        book.makeTrade();
        trades++;
        return true;
    }

    private void nextStep() {
        if (model != null) {
            model.step(trades + 1);
        }
    }

    private void mark() {
        final long key = book.level();
        final long before = tradesIn(key);
        marker.wrap(scratch).set(trades, key, before, System.nanoTime());
        final Object identity = ModelKey.of(Marker.KEY);
        if (cache.update(Marker.KEY, copyMarker)) {
            if (model != null) {
                final MutableDirectBuffer expected = model.value(identity);
                if (expected != null) {
                    expected.putBytes(0, scratch, 0, Marker.LENGTH);
                }
                model.hit(identity, scratch, Marker.LENGTH);
            }
            return;
        }
        final boolean absent =
                cache.put(Marker.KEY, scratch, 0, Marker.LENGTH, OffHeapCache.NO_TTL);
        if (model != null) {
            model.miss(identity);
            model.stored(
                    identity,
                    cache.segmentIndex(Marker.KEY),
                    scratch,
                    Marker.LENGTH,
                    OffHeapCache.NO_TTL,
                    absent);
        }
    }

    private long tradesIn(long key) {
        final int length = cache.get(key, level, 0);
        final boolean found = length != OffHeapCache.NOT_FOUND;
        if (model != null && found) {
            model.hit(ModelKey.of(key), level, length);
        } else if (model != null) {
            model.miss(ModelKey.of(key));
        }
        return found ? record.wrap(level, 0).trades() : 0;
    }

    /**
     * Goes on with a book that another process began: moves to the trade of the marker, and makes
     * it unless the record of its level has it already. A book without a marker begins at the
     * beginning.
     *
     * @return whether the trade of the marker was there already.
     * @throws IOException if the tape cannot be read, or if it ends before the marker.
     */
    boolean resume() throws IOException {
        if (cache.get(Marker.KEY, scratch, 0) == OffHeapCache.NOT_FOUND) {
            return false;
        }
        marker.wrap(scratch);
        final long number = marker.trade();
        final long key = marker.level();
        final long before = marker.before();
        for (trades = 0; trades <= number; trades++) {
            if (!book.next()) {
                throw new IOException("the tape ends before trade " + number + " of the marker");
            }
        }
        nextStep();
        if (book.level() != key) {
            throw new IOException(
                    "trade " + number + " is of level " + book.level() + ", not of " + key);
        }
        final boolean there = tradesIn(key) == before + 1;
        if (there) {
            book.endTrade();
        } else {
            book.makeTrade();
        }
        return there;
    }

    @Override
    public void close() throws IOException {
        tape.close();
    }
}
