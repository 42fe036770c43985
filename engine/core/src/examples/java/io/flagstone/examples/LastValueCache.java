// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import io.flagstone.MultiGet;
import io.flagstone.OffHeapCache;
import io.flagstone.api.ValueUpdater;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The last value of each instrument's quote: a feed writes, a strategy reads, and a quote that the
 * feed has not renewed for ten seconds is a miss, not an old price.
 *
 * <pre>
 *  +------------------+
 *  | Sequence (64)    |    0    which the feed counts up
 *  | Bid (64)         |    8    in ticks
 *  | Ask (64)         |   16    in ticks, above the bid
 *  +------------------+
 * </pre>
 *
 * <p>The feed overwrites a quote where it lies, so that a strategy that comes late finds the last
 * one and none before it: conflation without a queue. {@code update} keeps the deadline, so the
 * feed sets it anew. The strategy takes single quotes without a lock, and a snapshot of several by
 * one batch, whose misses of memory overlap.
 */
public final class LastValueCache implements AutoCloseable {
    /** How long a quote is good for. */
    public static final long STALE_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

    private static final int SEQUENCE = 0;
    private static final int BID = 8;
    private static final int ASK = 16;
    private static final int LENGTH = 24;

    private final OffHeapCache cache;

    /** A cache by a clock. */
    public LastValueCache(NanoClock clock) {
        cache = OffHeapCache.builder().memoryBytes(8 << 20).clock(clock).build();
    }

    /** The engine. */
    public OffHeapCache engine() {
        return cache;
    }

    @Override
    public void close() {
        cache.close();
    }

    /** What the feed's thread does with each message. */
    public final class Feed {
        private final UnsafeBuffer first = new UnsafeBuffer(new byte[LENGTH]);
        private long bid;
        private long ask;

        // Made once: a lambda that captures anything would be made anew for each message.
        private final ValueUpdater write =
                quote -> {
                    quote.putLong(SEQUENCE, quote.getLong(SEQUENCE) + 1);
                    quote.putLong(BID, bid);
                    quote.putLong(ASK, ask);
                };

        /** A message has come. */
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

    /** What a strategy's thread asks. */
    public final class Strategy {
        private final UnsafeBuffer quote = new UnsafeBuffer(new byte[LENGTH]);
        private final MultiGet batch;
        private final UnsafeBuffer quotes;

        /** A strategy that looks at a number of instruments at once. */
        public Strategy(int most) {
            batch = new MultiGet(most);
            quotes = new UnsafeBuffer(new byte[most * LENGTH]);
        }

        /** The middle of bid and ask, twice, in ticks; -1 if there is no quote that is good. */
        public long twiceMiddle(long instrument) {
            return cache.get(instrument, quote, 0) == LENGTH
                    ? quote.getLong(BID) + quote.getLong(ASK)
                    : -1;
        }

        /** How many messages the last quote is made of. */
        public long sequence(long instrument) {
            return cache.getLong(instrument, SEQUENCE, 0);
        }

        /**
         * The sum of the spreads of the first instruments, in ticks; those without quote left out.
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

    /** A feed of a million quotes of 100 instruments beside a strategy. */
    public static void main(String[] args) throws InterruptedException {
        final int instruments = 100;
        final int messages = 1_000_000;
        try (LastValueCache quotes = new LastValueCache(SystemNanoClock.INSTANCE)) {
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
            System.out.println(messages + " messages, " + looks + " snapshots beside them");
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
}
