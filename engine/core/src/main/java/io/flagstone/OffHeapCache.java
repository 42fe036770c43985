// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.MemoryReport.Figure;
import io.flagstone.internal.events.CacheClosed;
import io.flagstone.internal.segment.ReadCounters;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.NanoClock;

/**
 * A bounded off-heap cache of byte values, thread-safe: every operation may be called by any
 * thread.
 *
 * <p>Keys are 1 to 65 535 bytes of a {@link DirectBuffer}, or a {@code long}, which is the same key
 * as its eight bytes in native order. Keys and values are copied in and out; nothing the caller
 * passes is kept.
 *
 * <p><b>Buffers</b> of a call are resolved and checked once, at its start; from then on only their
 * memory counts, which the call keeps reachable. A destination may overlap the key. Bytes that lie
 * in a mapped file, or at a bare address, are copied outside the lock, so that a file that was cut
 * short fails the call, by an {@link InternalError}, and nothing else.
 *
 * <p>An entry leaves when its deadline passes, when it is removed, or when a place or room is
 * needed. For the bound in entries the least recently used of the segment leaves. For the budget
 * the least recently used of the needed size class leaves, and a class that holds on to much older
 * entries than the others gives up a slab. A put never fails for want of room.
 *
 * <p><b>Time.</b> An entry is a miss from the nanosecond of its deadline on. Its memory is had back
 * later, by writes and by {@link #doWork}, a bounded number of entries each.
 *
 * <p><b>Use.</b> A hit of {@code get} or {@code read}, {@code update}, a write of a {@code long},
 * every put of a present key and a successful {@code compareAndSet} are uses, renew a sliding
 * deadline (but for the last) and keep the entry from eviction; the order is exact with a promotion
 * distance of 0, and one order over all entries with one segment.
 *
 * <p><b>Memory.</b> All of it is taken when the cache is built. {@link #close} lets it go; the JVM
 * frees it once no thread can be inside the cache.
 *
 * <p><b>Leases</b> keep a caller that loads missing values from putting back what was written or
 * removed while it loaded: see {@link #lease(long)}.
 *
 * <p><b>Callbacks</b> run under the lock of a segment and may not call the cache: what would need a
 * lock is refused.
 *
 * <p><b>Allocation.</b> Operations on keys, {@link #scan} and {@link #doWork} allocate nothing; the
 * first {@code update} of a value longer than any before grows a copy on the heap. On JDK 17 to 24,
 * each key and value in a mapped file leaves 16 bytes of garbage, and everywhere a value of more
 * than 64 KiB there leaves a copy. Reports allocate.
 *
 * <pre>{@code
 * try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 20).build()) {
 *     cache.put(42L, value, 0, value.capacity(), TimeUnit.SECONDS.toNanos(10));
 *     final int length = cache.get(42L, destination, 0);
 * }
 * }</pre>
 */
public final class OffHeapCache extends LeaseOperations implements Agent, AutoCloseable {
    /** What {@link #scan} returns when it has seen everything. */
    public static final long SCAN_DONE = -1;

    private final EffectiveConfiguration configuration;
    private final NanoClock clock;
    private final ReadCounters counters;
    private final long eventId;
    private final long budgetBytes;
    private final boolean hugePages;
    private final int segmentCount;
    private volatile CacheStatistics finalStatistics = CacheStatistics.NONE;

    OffHeapCache(
            Segment[] segments,
            SegmentConfig config,
            long budgetBytes,
            boolean hugePages,
            EffectiveConfiguration configuration) {
        super(segments, config, budgetBytes);
        this.configuration = configuration;
        this.clock = config.times().clock();
        this.counters = config.counters();
        this.eventId = config.events().cache();
        this.budgetBytes = budgetBytes;
        this.hugePages = hugePages;
        this.segmentCount = segments.length;
    }

    /**
     * Starts the configuration of a cache.
     *
     * @return a builder with the defaults.
     */
    public static CacheBuilder builder() {
        return new CacheBuilder();
    }

    /**
     * Shows the live entries to a visitor, some with each call.
     *
     * <p>Weakly consistent: while nothing is inserted, each entry is seen once. One that an
     * insertion moves within the index meanwhile, or that comes or goes, may be seen, or not, or
     * twice. Not a use of what it sees.
     *
     * @param cursor 0 to begin, then what the last call returned.
     * @param maxEntries after how many entries to return; a call may see up to nine more, or fewer.
     * @param visitor called under the lock of a segment.
     * @return the cursor to go on with, or {@link #SCAN_DONE}.
     * @throws IllegalArgumentException for a cursor that no scan returned.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public long scan(long cursor, int maxEntries, EntryVisitor visitor) {
        if (maxEntries <= 0) {
            throw new IllegalArgumentException("maxEntries " + maxEntries + " is not positive");
        }
        final Segment[] current = segments();
        final long number = cursor >>> Integer.SIZE;
        final int bucket = (int) cursor;
        if (number >= current.length || bucket < 0 || bucket >= current[(int) number].buckets()) {
            throw new IllegalArgumentException(
                    "cursor " + cursor + " is none that a scan returned");
        }
        final int next = current[(int) number].scan(bucket, maxEntries, visitor);
        if (next != Segment.SCAN_DONE) {
            return number << Integer.SIZE | next;
        }
        return number + 1 < current.length ? number + 1 << Integer.SIZE : SCAN_DONE;
    }

    /**
     * Removes every entry, as {@code REMOVED}. Entries that other threads put, or move by putting,
     * meanwhile may stay.
     *
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public void clear() {
        for (final Segment segment : segments()) {
            segment.clear();
        }
    }

    /**
     * The entries held, those included that have expired and not yet been reclaimed. Takes no lock.
     *
     * @return the sum over the segments, exact when no write is under way.
     * @throws IllegalStateException if the cache is closed.
     */
    public long size() {
        long size = 0;
        for (final Segment segment : segments()) {
            size += segment.size();
        }
        return size;
    }

    /**
     * The parameters in effect, and where each is from; still there once the cache is closed.
     *
     * @return prints as a table.
     */
    public EffectiveConfiguration configuration() {
        return configuration;
    }

    /**
     * How many segments there are.
     *
     * @return a power of two.
     */
    public int segmentCount() {
        return segmentCount;
    }

    /**
     * Reclaims expired entries: of each segment at most the configured budget. For the duty cycle
     * of the application, or an {@link org.agrona.concurrent.AgentRunner}. Reads the clock once.
     *
     * @return the entries reclaimed or moved in the wheel, 0 when nothing is due.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    @Override
    public int doWork() {
        final long nowNs = clock.nanoTime();
        int work = 0;
        for (final Segment segment : segments()) {
            work += segment.doWork(nowNs);
        }
        return work;
    }

    @Override
    public String roleName() {
        return "flagstone-cache";
    }

    /**
     * The counts since the cache was built. Once it is closed, its last counts.
     *
     * @return the sum over the segments.
     * @throws IllegalStateException from one of the cache's callbacks.
     */
    public CacheStatistics statistics() {
        final Segment[] current = segmentsOrNull();
        return (current == null ? finalStatistics : sum(current)).plus(counters.statistics());
    }

    /**
     * Where every byte of the budget went.
     *
     * @return the sum over the segments.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public MemoryReport memoryReport() {
        MemoryReport sum = MemoryReport.EMPTY;
        final Segment[] current = segments();
        for (final Segment segment : current) {
            sum = sum.plus(segment.memoryReport());
        }
        final long huge = hugePages ? Segment.hugePageBytes(current) : 0;
        final long outside = budgetBytes - sum.budgetBytes();
        return sum.plus(
                MemoryReport.builder()
                        .set(Figure.BUDGET_BYTES, outside)
                        .set(Figure.UNUSED_BYTES, outside)
                        .set(Figure.HUGE_PAGE_BYTES, huge)
                        .build());
    }

    /**
     * Walks all off-heap state of every segment, each under its lock: for tests and for operators
     * who can wait.
     *
     * @return clean, or the first inconsistency.
     * @throws IllegalStateException if the cache is closed, or from one of its callbacks.
     */
    public AuditResult audit() {
        long entries = 0;
        final Segment[] current = segments();
        for (int i = 0; i < current.length; i++) {
            final AuditResult result = current[i].audit();
            entries += result.entries();
            if (!result.clean()) {
                return new AuditResult(false, "segment " + i + ": " + result.finding(), entries);
            }
        }
        return new AuditResult(true, "", entries);
    }

    /**
     * Whether the cache is closed.
     *
     * @return whether {@link #close} has been called and has finished.
     */
    public boolean isClosed() {
        return segmentsOrNull() == null;
    }

    /**
     * Closes the cache: operations under way complete, later ones throw, and the memory is let go.
     * The listener is not told. Closing again does nothing.
     *
     * @throws IllegalStateException from one of the cache's callbacks.
     */
    @Override
    public void close() {
        final Segment[] current = segmentsOrNull();
        if (current != null) {
            for (final Segment segment : current) {
                segment.close();
            }
            finalStatistics = sum(current);
            dropSegments();
            CacheClosed.tell(eventId);
        }
    }

    private static CacheStatistics sum(Segment[] segments) {
        CacheStatistics sum = CacheStatistics.NONE;
        for (final Segment segment : segments) {
            sum = sum.plus(segment.statistics());
        }
        return sum;
    }
}
