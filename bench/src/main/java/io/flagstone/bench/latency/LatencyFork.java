// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import com.google.gson.Gson;
import com.sun.management.ThreadMXBean;
import io.flagstone.bench.contender.Ability;
import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.keys.KeySequence;
import io.flagstone.bench.report.EffectiveSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/** The main class of a measuring JVM: one contender, one reader, one feed. */
public final class LatencyFork {
    /** The name of the safepoint log. */
    static final String SAFEPOINTS = "safepoints";

    private static final Gson GSON = new Gson();
    private static final int BATCH = 32;
    private static final long NEW_KEYS = 1L << 30;
    private static final int HUNDRED = 100;
    private static final long LEAD_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final LatencySettings settings;
    private final ContenderType type;
    private final Contender contender;
    private long hits;
    private long misses;

    private LatencyFork(LatencySettings settings) {
        this.settings = settings;
        this.type = ContenderType.of(settings.impl()).orElseThrow();
        final long ttlNs =
                type.can(Ability.EXPIRES)
                        ? (long) (1e9 * (settings.warmupSeconds() + settings.seconds() / 2))
                        : ContenderSettings.NO_TTL;
        this.contender =
                type.make(new ContenderSettings(settings.entries(), settings.valueBytes(), ttlNs));
    }

    /**
     * Measures, and writes the result.
     *
     * @param args the result's file, with the safepoint log next to it, and {@link LatencySettings}
     *     as JSON.
     * @throws IOException if a file cannot be read or written.
     * @throws InterruptedException if interrupted.
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        final LatencySettings settings = GSON.fromJson(args[1], LatencySettings.class);
        final Reply reply =
                new LatencyFork(settings).run(Path.of(args[0]).resolveSibling(SAFEPOINTS));
        Files.writeString(Path.of(args[0]), GSON.toJson(reply));
    }

    private Reply run(Path safepointLog) throws IOException, InterruptedException {
        if (type.can(Ability.WRITES)) {
            final Session session = contender.session();
            for (long key = 0; key < settings.entries(); key++) {
                session.put(key);
            }
        }
        final long beginNs = System.nanoTime() + LEAD_NS;
        final Feed feed = new Feed(beginNs);
        if (type.can(Ability.WRITES) && settings.feedRate() > 0) {
            feed.start();
        }
        final StallLog stalls = new StallLog();
        stalls.open();
        final OpenLoop loop =
                new OpenLoop(System::nanoTime, settings.readRate(), settings.stallNs(), stalls);
        final Session session = contender.session();
        final KeySequence keys = KeySequence.of(settings.keys(), settings.entries(), BATCH, 1);
        final Runnable read = () -> read(session, keys.next(0));
        final long warmupNs = (long) (1e9 * settings.warmupSeconds());
        loop.run(read, beginNs, warmupNs);
        loop.reset();
        stalls.reset();
        hits = 0;
        misses = 0;
        final long allocated = allocatedBytes();
        final long measuredNs = beginNs + warmupNs;
        final long late = loop.run(read, measuredNs, (long) (1e9 * settings.seconds()));
        final long readerBytes = allocatedBytes() - allocated;
        final long endNs = System.nanoTime();
        feed.join();
        stalls.close();
        if (feed.failure != null) {
            throw new IllegalStateException("the feed failed", feed.failure);
        }
        final List<Safepoint> safepoints = safepoints(safepointLog, measuredNs, endNs);
        return new Reply(
                encode(loop.response()),
                encode(loop.service()),
                hits,
                misses,
                late,
                feed.late,
                (double) readerBytes / Math.max(1, loop.response().getTotalCount()),
                collections(safepoints).count(),
                collections(safepoints).mapToLong(Safepoint::lengthNs).max().orElse(0),
                counts(stalls.stalls(), safepoints),
                longest(stalls.stalls(), safepoints),
                stalls.dropped(),
                contender.settings());
    }

    private void read(Session session, long key) {
        final long word = session.get(key);
        if (word == key) {
            hits++;
        } else if (word == Session.MISSING) {
            misses++;
        } else {
            throw new IllegalStateException("key " + key + " gave " + word);
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static List<Safepoint> safepoints(Path log, long fromNs, long toNs) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (Stream<String> lines = Files.lines(log)) {
            return Safepoint.parse(lines).stream()
                    .filter(one -> one.overlaps(fromNs, toNs))
                    .toList();
        }
    }

    private static Stream<Safepoint> collections(List<Safepoint> safepoints) {
        return safepoints.stream().filter(Safepoint::isCollection);
    }

    private static Map<StallCause, Long> counts(List<Stall> stalls, List<Safepoint> safepoints) {
        final Map<StallCause, Long> counts = new EnumMap<>(StallCause.class);
        Arrays.stream(StallCause.values()).forEach(cause -> counts.put(cause, 0L));
        stalls.forEach(stall -> counts.merge(stall.cause(safepoints), 1L, Long::sum));
        return counts;
    }

    private static Map<StallCause, Long> longest(List<Stall> stalls, List<Safepoint> safepoints) {
        final Map<StallCause, Long> longest = new EnumMap<>(StallCause.class);
        Arrays.stream(StallCause.values()).forEach(cause -> longest.put(cause, 0L));
        stalls.forEach(
                stall -> longest.merge(stall.cause(safepoints), stall.lengthNs(), Math::max));
        return longest;
    }

    private static String encode(Histogram histogram) {
        final ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    /** Writes at its own fixed rate while the reader reads. */
    private final class Feed extends Thread {
        private final long beginNs;
        private long late;
        private Throwable failure;

        Feed(long beginNs) {
            this.beginNs = beginNs;
            setName("feed");
            setDaemon(true);
        }

        @Override
        public void run() {
            final Session session = contender.session();
            final KeySequence keys = KeySequence.of(settings.keys(), settings.entries(), BATCH, 2);
            final int newKeys = type.can(Ability.EVICTS) ? settings.newKeysPercent() : 0;
            final long[] next = {NEW_KEYS};
            final Runnable write =
                    () -> session.put(keys.draw(HUNDRED) < newKeys ? next[0]++ : keys.next(0));
            try {
                late =
                        new OpenLoop(
                                        System::nanoTime,
                                        settings.feedRate(),
                                        Long.MAX_VALUE,
                                        OpenLoop.StallListener.NONE)
                                .run(
                                        write,
                                        beginNs,
                                        (long)
                                                (1e9
                                                        * (settings.warmupSeconds()
                                                                + settings.seconds())));
            } catch (final RuntimeException | Error thrown) {
                failure = thrown;
            }
        }
    }

    /**
     * The measured values.
     *
     * @param response the encoded histogram of response times.
     * @param service the encoded histogram of service times.
     * @param hits reads that found a value.
     * @param misses reads that found no value.
     * @param readLateNs how late the last read began.
     * @param feedLateNs how late the last write began.
     * @param bytesPerRead bytes that the reader allocated for each read.
     * @param collections the number of the collector's safepoints.
     * @param longestCollectionNs the longest of these safepoints.
     * @param stalls the number of stalls, by cause.
     * @param longestStallNs the longest stall, by cause.
     * @param stallsDropped stalls that found no room in the log.
     * @param settings the effective settings of the contender.
     */
    record Reply(
            String response,
            String service,
            long hits,
            long misses,
            long readLateNs,
            long feedLateNs,
            double bytesPerRead,
            long collections,
            long longestCollectionNs,
            Map<StallCause, Long> stalls,
            Map<StallCause, Long> longestStallNs,
            long stallsDropped,
            EffectiveSettings settings) {}
}
