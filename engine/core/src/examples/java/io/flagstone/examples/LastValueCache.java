// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import io.flagstone.MultiGet;
import io.flagstone.OffHeapCache;
import io.flagstone.api.ValueUpdater;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.CachedNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Keeps the last quote of each instrument. A feed writes and a strategy reads. A quote that the
 * feed has not renewed for ten seconds is a miss, not an old price.
 *
 * <pre>
 *  +------------------+
 *  | Sequence (64)    |    0    number of messages, counted by the feed
 *  | Bid (64)         |    8    in ticks
 *  | Ask (64)         |   16    in ticks, above the bid
 *  +------------------+
 * </pre>
 *
 * <p>The feed overwrites a quote in place, so a late strategy finds only the last one: conflation
 * without a queue. {@code update} keeps the deadline, so the feed sets a new one. The strategy
 * reads single quotes without a lock. It reads a snapshot of several quotes with one batch, whose
 * cache misses overlap.
 */
public final class LastValueCache implements AutoCloseable {
    /** The time after which a quote that was not renewed is a miss. */
    public static final long STALE_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int SEQUENCE = 0;
    private static final int BID = 8;
    private static final int ASK = 16;
    private static final int LENGTH = 24;

    private final OffHeapCache cache;

    /** Creates a cache with a clock. */
    public LastValueCache(NanoClock clock) {
        cache = OffHeapCache.builder().memoryBytes(8 << 20).clock(clock).build();
    }

    /** Returns the engine. */
    public OffHeapCache engine() {
        return cache;
    }

    @Override
    public void close() {
        cache.close();
    }

    /** Writes quotes, on the feed's thread. */
    public final class Feed {
        private final UnsafeBuffer first = new UnsafeBuffer(new byte[LENGTH]);
        private long bid;
        private long ask;

        // Created once: a capturing lambda would be allocated for each message.
        private final ValueUpdater write =
                quote -> {
                    quote.putLong(SEQUENCE, quote.getLong(SEQUENCE) + 1);
                    quote.putLong(BID, bid);
                    quote.putLong(ASK, ask);
                };

        /** Writes the quote of a message. */
        public void onQuote(long instrument, long bidTicks, long askTicks) {
            bid = bidTicks;
            ask = askTicks;
            if (!cache.update(instrument, write) || !cache.setTtl(instrument, STALE_AFTER_NS)) {
                first.putLong(SEQUENCE, 1);
                first.putLong(BID, bidTicks);
                first.putLong(ASK, askTicks);
                cache.put(instrument, first, 0, LENGTH, STALE_AFTER_NS);
            }
        }
    }

    /** Reads quotes, on a strategy's thread. */
    public final class Strategy {
        private final UnsafeBuffer quote = new UnsafeBuffer(new byte[LENGTH]);
        private final MultiGet batch;
        private final UnsafeBuffer quotes;

        /** Creates a strategy that reads up to {@code most} instruments at once. */
        public Strategy(int most) {
            batch = new MultiGet(most);
            quotes = new UnsafeBuffer(new byte[most * LENGTH]);
        }

        /** Returns twice the middle of bid and ask in ticks, or -1 if there is no current quote. */
        public long twiceMiddle(long instrument) {
            return cache.get(instrument, quote, 0) == LENGTH
                    ? quote.getLong(BID) + quote.getLong(ASK)
                    : -1;
        }

        /** Returns the number of messages that the instrument's quote has had. */
        public long sequence(long instrument) {
            return cache.getLong(instrument, SEQUENCE, 0);
        }

        /**
         * Returns the sum of the spreads of the first instruments in ticks. Leaves out those
         * without a quote.
         */
        public long spreads(int instruments) {
            batch.clear();
            for (long instrument = 0; instrument < instruments; instrument++) {
                batch.add(instrument);
            }
            cache.get(batch, quotes, 0);
            long sum = 0;
            for (int i = 0; i < instruments; i++) {
                if (batch.length(i) == LENGTH) {
                    final int at = batch.offset(i);
                    sum += quotes.getLong(at + ASK) - quotes.getLong(at + BID);
                }
            }
            return sum;
        }
    }

    /** Shows a quote that goes stale, and then a strategy that reads while a feed writes. */
    public static void main(String[] args) throws InterruptedException {
        // The application sets this clock, so nobody has to wait for the tenth second.
        final CachedNanoClock clock = new CachedNanoClock();
        try (LastValueCache quotes = new LastValueCache(clock)) {
            showStaleQuote(quotes, clock);
            runFeedAndStrategy(quotes);
        }
    }

    private static void showStaleQuote(LastValueCache quotes, CachedNanoClock clock) {
        final Feed feed = quotes.new Feed();
        final Strategy strategy = quotes.new Strategy(1);
        feed.onQuote(7, 10_125, 10_127);
        print(clock, "bid 10125, ask 10127 arrive");
        clock.advance(STALE_AFTER_NS - 1);
        print(clock, middle(strategy.twiceMiddle(7)));
        clock.advance(1);
        print(clock, middle(strategy.twiceMiddle(7)));
        feed.onQuote(7, 10_130, 10_132);
        print(clock, "bid 10130, ask 10132 arrive");
        print(clock, middle(strategy.twiceMiddle(7)));
    }

    private static void print(CachedNanoClock clock, String event) {
        System.out.printf(Locale.ROOT, "%,14d ns  %s%n", clock.nanoTime(), event);
    }

    private static String middle(long twiceMiddle) {
        return twiceMiddle < 0 ? "miss: the quote is stale" : "hit: middle " + twiceMiddle / 2.0;
    }

    private static void runFeedAndStrategy(LastValueCache quotes) throws InterruptedException {
        final int instruments = 100;
        final int messages = 1_000_000;
        quotes.engine().clear();
        final Thread feed =
                new Thread(
                        () -> {
                            final Feed writer = quotes.new Feed();
                            final SplittableRandom random = new SplittableRandom(1);
                            for (int i = 0; i < messages; i++) {
                                final long bid = 10_000 + random.nextInt(100);
                                writer.onQuote(i % instruments, bid, bid + 2);
                            }
                        });
        final Strategy strategy = quotes.new Strategy(instruments);
        feed.start();
        long looks = 0;
        while (feed.isAlive()) {
            final long spreads = strategy.spreads(instruments);
            if (spreads % 2 != 0) {
                throw new IllegalStateException("a torn quote");
            }
            looks++;
        }
        feed.join();
        System.out.println(
                messages + " messages, " + looks + " snapshots meanwhile, no quote torn");
        System.out.println(
                "instrument 7: message "
                        + strategy.sequence(7)
                        + ", middle "
                        + strategy.twiceMiddle(7) / 2.0
                        + " ticks; all spreads "
                        + strategy.spreads(instruments)
                        + " ticks");
    }
}
