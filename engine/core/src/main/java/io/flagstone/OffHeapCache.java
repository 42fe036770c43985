// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.CheckpointReport;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.EntryVisitor;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.MemoryReport.Figure;
import io.flagstone.api.ReadOnlyCacheException;
import io.flagstone.api.RestartReport;
import io.flagstone.feed.ChangeApplier;
import io.flagstone.feed.ChangeFeed;
import io.flagstone.internal.events.CacheEvents;
import io.flagstone.internal.segment.ReadCounters;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * A bounded off-heap cache of byte values. It is thread-safe: any thread may call any operation.
 *
 * <p>A key is 1 to 65 535 bytes of a {@link DirectBuffer}, or a {@code long}, which is the same key
 * as its eight bytes in native order. Keys and values are copied in and out. The cache keeps no
 * reference to a caller's buffer.
 *
 * <p><b>Buffers.</b> A call resolves and checks its buffers once, at its start. After that only
 * their memory matters, and the call keeps it reachable. A destination may overlap the key. Bytes
 * in a mapped file, or at a bare address, are copied outside the lock. So if the file has been
 * truncated, the call fails with an {@link InternalError}, and nothing else is affected.
 *
 * <p><b>Eviction.</b> An entry leaves the cache when its deadline passes, when it is removed, or
 * when it is evicted. When a segment reaches its bound in entries, its least recently used entry is
 * evicted. When memory is short, the least recently used entry of the needed size class is evicted,
 * and a class that keeps much older entries than the others gives up a slab. A put never fails for
 * lack of room.
 *
 * <p><b>Time.</b> An entry is a miss from the nanosecond of its deadline on. Writes and {@link
 * #doWork} reclaim its memory later, a bounded number of entries per call.
 *
 * <p><b>Use.</b> A use protects an entry from eviction and renews a sliding deadline. Uses are a
 * hit of {@code get}, {@code getLong} or {@code read}, an {@code update}, a write of a {@code
 * long}, every put of a present key, and a successful {@code compareAndSet}, which alone does not
 * renew the deadline. The order of use is exact with a promotion distance of 0. With one segment,
 * there is one order over all entries.
 *
 * <p><b>Memory.</b> The cache allocates all its memory when it is built. {@link #close} drops it,
 * and the JVM frees it when no thread can still be inside the cache.
 *
 * <p><b>Leases</b> keep a caller that loads missing values from overwriting what was written or
 * removed during the load; see {@link #lease(long)}.
 *
 * <p><b>Callbacks</b> run under the lock of a segment and must not call the cache. Every operation
 * that may take a lock throws an {@link IllegalStateException} when a callback of the cache calls
 * it.
 *
 * <p><b>Errors.</b> A key length or a time to live outside its limits throws an {@link
 * IllegalArgumentException}, and a range outside its buffer an {@link IndexOutOfBoundsException},
 * before anything changes. Operations on a closed cache throw a {@link
 * io.flagstone.api.CacheClosedException}. A missing key and a destination that is too small are
 * results, not errors.
 *
 * <p><b>Allocation.</b> Operations on keys, {@link #scan} and {@link #doWork} allocate nothing,
 * with these exceptions. The first {@code update} of a value longer than any before grows a copy on
 * the heap. A lease takes memory on the heap. On JDK 17 to 24, each key and value in a mapped file
 * leaves 16 bytes of garbage. On every JDK, a value of more than 64 KiB in a mapped file leaves a
 * copy. Reports allocate.
 *
 * <pre>{@code
 * try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(64 << 20).build()) {
 *     cache.put(42L, value, 0, value.capacity(), TimeUnit.SECONDS.toNanos(10));
 *     final int length = cache.get(42L, destination, 0);
 * }
 * }</pre>
 */
public final class OffHeapCache extends LeaseOperations implements Agent, AutoCloseable {
    /** The result of {@link #scan} when it has passed the last entry. */
    public static final long SCAN_DONE = -1;

    private static final long UNKNOWN = -1;
    private static final long HUGE_PAGE_AGE_NS = TimeUnit.SECONDS.toNanos(1);

    private final EffectiveConfiguration configuration;
    private final NanoClock clock;
    private final long birthNs;
    private final ReadCounters counters;
    private final long eventId;
    private final long budgetBytes;
    private final boolean hugePages;
    private final int segmentCount;

    /** The bytes in huge pages when they were last read, or {@link #UNKNOWN}. */
    private volatile long hugePageBytes = UNKNOWN;

    private volatile long hugePageTimeNs;
    private final ErrorHandler errorHandler;

    /** The files, or {@code null} without a directory. */
    private final CacheFiles files;

    /** How the cache began, or {@code null} if it had nothing to continue from. */
    private final RestartReport restartReport;

    private final Checkpoints checkpoints;

    /** The writer of a cache that was built to follow, or {@code null}. */
    private final Follower follower;

    /** The feed of changes, or {@code null} if there is none. */
    private final CacheFeed feed;

    private volatile CacheStatistics finalStatistics = CacheStatistics.NONE;

    OffHeapCache(
            Segment[] segments,
            SegmentConfig config,
            long budgetBytes,
            boolean hugePages,
            EffectiveConfiguration configuration,
            CacheFiles files,
            EpochNanoClock epochClock,
            RestartReport restartReport) {
        super(segments, config, budgetBytes);
        this.configuration = configuration;
        this.clock = config.times().clock();
        this.birthNs = config.times().birthNs();
        this.counters = config.counters();
        this.eventId = config.events().cache();
        this.budgetBytes = budgetBytes;
        this.hugePages = hugePages;
        this.segmentCount = segments.length;
        this.errorHandler = config.calls().errorHandler();
        this.files = files;
        this.checkpoints = new Checkpoints(config, epochClock);
        this.feed = CacheFeed.of(config, epochClock, segments);
        this.follower =
                config.times().following().isOn() ? new Follower(this, config, epochClock) : null;
        this.restartReport = restartReport;
    }

    /**
     * Creates a builder for a cache.
     *
     * @return a builder with the defaults.
     */
    public static CacheBuilder builder() {
        return new CacheBuilder();
    }

    /**
     * Passes the live entries to a visitor, some with each call.
     *
     * <p>Weakly consistent: while nothing is inserted, each entry is visited once. An entry that
     * comes, goes, or is moved within the index by an insertion may be visited once, twice or not
     * at all. A visit is not a use.
     *
     * @param cursor 0 to begin, then the result of the previous call.
     * @param maxEntries the number of entries after which to return; a call may visit up to nine
     *     more, or fewer.
     * @param visitor called under the lock of a segment.
     * @return the cursor to continue with, or {@link #SCAN_DONE}.
     * @throws IllegalArgumentException if {@code maxEntries} is not positive, or if no scan
     *     returned the cursor.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long scan(long cursor, int maxEntries, EntryVisitor visitor) {
        if (maxEntries <= 0) {
            throw new IllegalArgumentException(
                    "maxEntries must be positive: maxEntries=" + maxEntries);
        }
        final Segment[] current = segments();
        final long number = cursor >>> Integer.SIZE;
        final int bucket = (int) cursor;
        if (number >= current.length || bucket < 0 || bucket >= current[(int) number].buckets()) {
            throw new IllegalArgumentException(
                    "cursor must be 0 or one that a scan returned: cursor=" + cursor);
        }
        final int next = current[(int) number].scan(bucket, maxEntries, visitor);
        if (next != Segment.SCAN_DONE) {
            return number << Integer.SIZE | next;
        }
        return number + 1 < current.length ? number + 1 << Integer.SIZE : SCAN_DONE;
    }

    /**
     * Removes every entry, with the cause {@code REMOVED}. Entries that other threads put
     * meanwhile, or move by a put, may stay.
     *
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public void clear() {
        final Segment[] current = segments();
        checkTakesWrites();
        for (final Segment segment : current) {
            segment.clear();
        }
    }

    /**
     * Returns the number of entries, including expired ones that have not been reclaimed. Takes no
     * lock.
     *
     * @return the sum over the segments, exact when no write is in progress.
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
     * Returns the parameters in effect and the origin of each. Also works after the cache is
     * closed.
     *
     * @return the configuration, which prints as a table.
     */
    public EffectiveConfiguration configuration() {
        return configuration;
    }

    /**
     * Returns how the cache began. Also works after the cache is closed.
     *
     * @return the report; empty if the cache has no directory and was not restored.
     */
    public Optional<RestartReport> restartReport() {
        return Optional.ofNullable(restartReport);
    }

    /**
     * Returns the number of segments.
     *
     * @return a power of two.
     */
    public int segmentCount() {
        return segmentCount;
    }

    /**
     * Reclaims expired entries and continues the rebalancing of size classes, in each segment at
     * most the configured budgets. Call it from the duty cycle of the application or from an {@link
     * org.agrona.concurrent.AgentRunner}. Reads the clock once.
     *
     * @return the number of entries reclaimed, or moved in the wheel or to other chunks; 0 if there
     *     was nothing to do.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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
     * Returns the counts since the cache was built, or the last counts of a closed cache.
     *
     * @return the sum over the segments.
     * @throws IllegalStateException if one of the cache's callbacks makes the call.
     */
    public CacheStatistics statistics() {
        final Segment[] current = segmentsOrNull();
        return (current == null ? finalStatistics : sum(current)).plus(counters.statistics());
    }

    /**
     * Returns how every byte of the budget is used. The bytes in huge pages are at most a second
     * old, because reading them takes long.
     *
     * @return the sum over the segments.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public MemoryReport memoryReport() {
        MemoryReport sum = MemoryReport.EMPTY;
        final Segment[] current = segments();
        for (final Segment segment : current) {
            sum = sum.plus(segment.memoryReport());
        }
        final long huge = hugePages ? hugePageBytes(current) : 0;
        final long outside = budgetBytes - sum.budgetBytes();
        return sum.plus(
                MemoryReport.builder()
                        .set(Figure.BUDGET_BYTES, outside)
                        .set(Figure.UNUSED_BYTES, outside)
                        .set(Figure.HUGE_PAGE_BYTES, huge)
                        .build());
    }

    private long hugePageBytes(Segment[] current) {
        final long nowNs = SystemNanoClock.INSTANCE.nanoTime();
        if (hugePageBytes == UNKNOWN || nowNs - hugePageTimeNs > HUGE_PAGE_AGE_NS) {
            hugePageTimeNs = nowNs;
            hugePageBytes = Segment.hugePageBytes(current);
        }
        return hugePageBytes;
    }

    /**
     * Checks the consistency of all off-heap state, segment by segment, each under its lock. This
     * takes long; it is for tests and for operators who can wait.
     *
     * @return clean, or the first inconsistency.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
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

    /** Returns what the clock showed when the cache was built. */
    long birthNs() {
        return birthNs;
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    /**
     * Writes all entries to a new file in a directory, while the cache works. {@link
     * CacheBuilder#restore} reads it into a cache of any configuration.
     *
     * <p>The file has each segment as it was at one moment during the call: keys, values, deadlines
     * and nearly the order of use. While a segment's turn lasts, its values are written under its
     * lock, and writes copy entries that the checkpoint has not reached before they change them.
     *
     * <p>The file is named {@code checkpoint-<generation>.flagstone}. Once it is complete and
     * forced to the device, older ones are deleted, except for the one before it. If the call
     * fails, those from before are untouched.
     *
     * <p>Allocates buffers of about 8 MiB, more for large entries, and a bit for each 32 bytes of a
     * segment. If writers change entries faster than the file is written, the segment begins again
     * with larger buffers, of up to 128 MiB.
     *
     * @param directory a directory for the checkpoints of this cache alone, created if absent.
     * @return the number of the file, and how much it has.
     * @throws IOException if the directory or the file cannot be written, for example because the
     *     disk is full or another process writes a checkpoint to the directory.
     * @throws IllegalStateException if another checkpoint of this cache is being written, if the
     *     cache is closed or closes meanwhile, if writers are too fast, if a segment is emptied
     *     repeatedly after errors, or if one of the cache's callbacks makes the call.
     */
    public CheckpointReport checkpoint(Path directory) throws IOException {
        return checkpoints.write(segments(), directory);
    }

    /**
     * Returns whether the cache is closed.
     *
     * @return whether {@link #close} has been called and has finished.
     */
    public boolean isClosed() {
        return segmentsOrNull() == null;
    }

    /**
     * Closes the cache. Operations in progress complete, later ones throw, and the memory is
     * dropped. The removal handler is not called. Closing again does nothing.
     *
     * <p>A cache with a directory then writes its file to the device, marks it as closed, and
     * releases the directory. If this fails, the error handler is told, and the file is like that
     * of a process that was killed.
     *
     * @throws IllegalStateException if one of the cache's callbacks makes the call.
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
            if (feed != null) {
                feed.close();
            }
            if (files != null) {
                files.close(errorHandler);
            }
            CacheEvents.closed(eventId);
        }
    }

    private static CacheStatistics sum(Segment[] segments) {
        CacheStatistics sum = CacheStatistics.NONE;
        for (final Segment segment : segments) {
            sum = sum.plus(segment.statistics());
        }
        return sum;
    }

    /**
     * Returns the feed of the cache's changes. Also works after the cache is closed.
     *
     * @return the only feed of this cache.
     * @throws IllegalStateException if the cache was built without {@link
     *     CacheBuilder#changeFeedBytes}.
     */
    public ChangeFeed changeFeed() {
        if (feed == null) {
            throw new IllegalStateException("the cache has no feed: changeFeedBytes is not set");
        }
        return feed;
    }

    /**
     * Returns the writer of a cache that follows the feed of another; see {@link
     * CacheBuilder#follower}. Also works after the cache is closed or promoted.
     *
     * @return always the same object.
     * @throws IllegalStateException if the cache was not built to follow.
     */
    public ChangeApplier changeApplier() {
        if (follower == null) {
            throw new IllegalStateException(
                    "the cache was not built to follow another: call follower(true)");
        }
        return follower;
    }

    /**
     * Returns whether the cache follows the feed of another and so refuses writes, with a {@link
     * ReadOnlyCacheException}. Takes no lock. Also works after the cache is closed.
     *
     * @return false from the promotion of a follower on.
     */
    public boolean isFollower() {
        return follows();
    }

    /**
     * Returns a digest of all live entries: the same for any two caches with the same keys and
     * values, whatever their segments, their hash seeds, their deadlines and the order of their
     * writes. Two caches with different entries have different digests with a probability of all
     * but 1 in 2<sup>64</sup>, unless somebody chose the entries so that they collide.
     *
     * <p>The digest says something only if nobody writes meanwhile, and if no deadline passes. It
     * visits every entry, under the locks of the segments, in short steps. A visit is not a use.
     *
     * @return the sum of a hash of each entry; 0 for an empty cache. It is the same in every
     *     process on machines of the same byte order.
     * @throws IllegalStateException if the cache is closed, or if one of its callbacks makes the
     *     call.
     */
    public long digest() {
        final EntryDigest digest = new EntryDigest();
        for (long cursor = 0; cursor != SCAN_DONE; ) {
            cursor = scan(cursor, EntryDigest.STEP_ENTRIES, digest);
        }
        return digest.sum();
    }
}
