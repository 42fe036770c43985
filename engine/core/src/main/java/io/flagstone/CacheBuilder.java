// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.RemovalHandler;
import io.flagstone.api.RestartReport;
import io.flagstone.api.SegmentResetException;
import io.flagstone.api.SizeSample;
import io.flagstone.internal.memory.HugePages;
import io.flagstone.internal.slab.SizeClasses;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * Builds a cache. Collects the configuration, and checks it as a whole in {@link #build}.
 *
 * <p>Only {@link #memoryBytes} must be set. Numbers and switches take their defaults from system
 * properties named {@code flagstone.} plus the parameter's name, which are read when the builder is
 * created.
 *
 * <p>Not thread-safe. A builder can build several caches.
 */
public final class CacheBuilder {
    /** The largest number of segments. */
    public static final int MAX_SEGMENTS = 1 << 14;

    /** The smallest slab, in bytes. */
    public static final int MIN_SLAB_BYTES = SizeClasses.MIN_SLAB_BYTES;

    /** The largest slab, in bytes. This is also the largest entry, including its header. */
    public static final int MAX_SLAB_BYTES = SizeClasses.MAX_SLAB_BYTES;

    /** The shortest tick, in nanoseconds. */
    public static final long MIN_TICK_NS = TimeUnit.MICROSECONDS.toNanos(1);

    /** The longest tick, in nanoseconds. */
    public static final long MAX_TICK_NS = TimeUnit.HOURS.toNanos(1);

    /**
     * The smallest rebalancing budget. With one step per write, each new entry would take the room
     * that its write made.
     */
    static final int MIN_REBALANCE_BUDGET = 2;

    static final int MAX_BUDGET = 1 << 16;

    /** The smallest budget with huge pages. */
    static final long MIN_HUGE_BYTES = 4L * HugePages.BYTES;

    /** The smallest ring for the feed of changes. */
    static final int MIN_FEED_BYTES = 1 << 12;

    /** The largest ring for the feed of changes. */
    static final int MAX_FEED_BYTES = 1 << 30;

    private final Settings settings;

    CacheBuilder() {
        this.settings = new Settings();
    }

    private CacheBuilder(CacheBuilder other) {
        this.settings = new Settings(other.settings);
    }

    /**
     * Returns a copy of this builder. Later changes to one do not affect the other.
     *
     * @return a builder with the same configuration.
     */
    public CacheBuilder copy() {
        return new CacheBuilder(this);
    }

    /**
     * Sets the budget in bytes. This is all the direct memory that the cache ever takes, including
     * index and headers. {@link #build} allocates it and touches every page.
     *
     * @param bytes from about 7 KiB, depending on segments and slabs, up to 4 KiB less than 2 GiB
     *     for each segment.
     * @return this.
     */
    public CacheBuilder memoryBytes(long bytes) {
        settings.set(Parameter.MEMORY_BYTES, bytes);
        return this;
    }

    /**
     * Bounds the number of entries, in addition to the budget. This also sizes the index. Each
     * segment gets an equal share. Without this bound, only the budget limits the cache, and the
     * index is sized by {@link #expectedEntryBytes}.
     *
     * @param entries at least one for each segment.
     * @return this.
     */
    public CacheBuilder maxEntries(long entries) {
        settings.set(Parameter.MAX_ENTRIES, entries);
        return this;
    }

    /**
     * Sets the number of segments. Each has its own lock, region, LRU order and bounds. One segment
     * gives a single LRU order over all entries. The default is four for each core, fewer for a
     * small cache, and more if a segment would exceed 1 GiB.
     *
     * @param count a power of two, up to {@link #MAX_SEGMENTS}.
     * @return this.
     */
    public CacheBuilder segments(int count) {
        settings.set(Parameter.SEGMENTS, (long) count);
        return this;
    }

    /**
     * Sets the size of a slab, which is also that of the largest entry: 40 bytes of header, the key
     * padded to 8 bytes, and the value. The default is derived from the {@link #sizeSample}.
     * Without a sample it is the largest power of two within 1/64 of a segment, between 4 KiB and 1
     * MiB, plus 1/128, so that values of a power of two fit with their headers.
     *
     * @param bytes a multiple of 64 from {@link #MIN_SLAB_BYTES} to {@link #MAX_SLAB_BYTES}.
     * @return this.
     */
    public CacheBuilder slabBytes(int bytes) {
        settings.set(Parameter.SLAB_BYTES, (long) bytes);
        return this;
    }

    /**
     * Sets the bytes of key and value together in most entries. This sizes the index if {@link
     * #maxEntries} is not set. The default is a little less than the mean of the {@link
     * #sizeSample}, but at most 1 480, or 64 without a sample. If entries are smaller, the index is
     * full before the memory is. If they are larger, part of the index stays empty.
     *
     * @param bytes from 1 to the capacity of a slab.
     * @return this.
     */
    public CacheBuilder expectedEntryBytes(int bytes) {
        settings.set(Parameter.EXPECTED_ENTRY_BYTES, (long) bytes);
        return this;
    }

    /**
     * Optimizes the division of the cache for entry sizes like those of a sample: its slabs, their
     * size classes and the index. There is no sample by default; that fits entries of every size,
     * but none perfectly.
     *
     * @param sample read when the cache is built, or {@code null} for none.
     * @return this.
     */
    public CacheBuilder sizeSample(SizeSample sample) {
        settings.set(Parameter.SIZE_SAMPLE, sample);
        return this;
    }

    /**
     * Sets how far an entry must have fallen behind before a use moves it to the head of its list.
     * The unit is insertions, as a fraction of the list's length. 0 is exact LRU. The default is
     * 0.0625.
     *
     * @param fraction 0 to 1.
     * @return this.
     */
    public CacheBuilder promotionDistance(double fraction) {
        settings.set(Parameter.PROMOTION_DISTANCE, fraction);
        return this;
    }

    /**
     * Sets the tick of the timing wheel, which is the precision with which the memory of expired
     * entries is reclaimed. Reads are exact to the nanosecond with any tick. The default is one
     * millisecond.
     *
     * @param ns nanoseconds from {@link #MIN_TICK_NS} to {@link #MAX_TICK_NS}.
     * @return this.
     */
    public CacheBuilder tickNs(long ns) {
        settings.set(Parameter.TICK_NS, ns);
        return this;
    }

    /**
     * Sets the time to live of entries that are put without one. There is none by default.
     *
     * @param ns positive nanoseconds, or {@link OffHeapCache#NO_TTL}.
     * @return this.
     */
    public CacheBuilder defaultTtlNs(long ns) {
        settings.set(Parameter.DEFAULT_TTL_NS, ns);
        return this;
    }

    /**
     * Makes entries that are put without a time to live expire when they have not been used for
     * this long. Every hit renews the deadline. Cannot be combined with a default time to live.
     *
     * @param ns positive nanoseconds, or {@link OffHeapCache#NO_TTL} for off, the default.
     * @return this.
     */
    public CacheBuilder expireAfterAccessNs(long ns) {
        settings.set(Parameter.EXPIRE_AFTER_ACCESS_NS, ns);
        return this;
    }

    /**
     * Bounds the number of expired entries that one write, or one duty cycle of a segment,
     * reclaims. The default is 16. A separate limit bounds the steps, which include entries that
     * move within the timing wheel: it is the budget, or 18 if that is more, so that writes keep up
     * with what they add.
     *
     * @param entries from 1, which counts as 2, to 65 536.
     * @return this.
     */
    public CacheBuilder expiryBudget(int entries) {
        settings.set(Parameter.EXPIRY_BUDGET, (long) entries);
        return this;
    }

    /**
     * Bounds the number of entries that one write, or one duty cycle of a segment, moves or evicts
     * to bring a slab to a size class in need. The default is 96. A write usually takes fewer:
     * enough to make room for twice the bytes it writes.
     *
     * @param entries from 2 to 65 536.
     * @return this.
     */
    public CacheBuilder rebalanceBudget(int entries) {
        settings.set(Parameter.REBALANCE_BUDGET, (long) entries);
        return this;
    }

    /**
     * Sets whether to prefer entries that are used often to entries that were used recently
     * (TinyLFU with an adaptive window), for workloads that scan or loop. Off by default, which is
     * LRU. If it is on, it takes five bytes for each entry, every hit counts its key, and an entry
     * may be evicted soon after it was put. Until then every put is found.
     *
     * @param enabled whether to filter.
     * @return this.
     */
    public CacheBuilder admissionFilter(boolean enabled) {
        settings.set(Parameter.ADMISSION_FILTER, enabled);
        return this;
    }

    /**
     * Sets whether to ask Linux for huge pages, which avoid most of the TLB misses of a large
     * cache. By default, a cache of 8 MiB or more asks if the JVM can do so without a warning: on
     * JDK 22 or later with {@code --enable-native-access}, or with {@code Enable-Native-Access} in
     * the manifest of the application's jar. The first such cache of the process logs how much it
     * got. On older JDKs, {@code GLIBC_TUNABLES=glibc.malloc.hugetlb=1} in the environment makes
     * glibc ask. {@link OffHeapCache#memoryReport} reports the bytes in huge pages.
     *
     * @param enabled true to ask, and to log a warning if the cache gets little; false not to ask.
     * @return this.
     */
    public CacheBuilder hugePages(boolean enabled) {
        settings.set(Parameter.HUGE_PAGES, enabled);
        return this;
    }

    /**
     * Sets a callback that reports how much memory has been touched while the cache is built.
     * Touching 1 GiB takes about a second. Helper threads, one for each further processor, take
     * part and end with the build.
     *
     * @param progress receives the bytes touched so far, after each segment or each GiB of huge
     *     pages. Only the thread that calls {@link #build} calls it. If it throws, the build ends
     *     and {@code build} throws the same.
     * @return this.
     */
    public CacheBuilder buildProgress(LongConsumer progress) {
        settings.set(Parameter.BUILD_PROGRESS, progress);
        return this;
    }

    /**
     * Sets whether reads count hits, misses and retries, which costs about a nanosecond per read.
     * On by default. The counts of writes cost nothing and are always kept.
     *
     * @param enabled whether to count.
     * @return this.
     */
    public CacheBuilder countReads(boolean enabled) {
        settings.set(Parameter.COUNT_READS, enabled);
        return this;
    }

    /**
     * Sets the seed of the keyed hash, for tests and for restarts. It is random by default. Anyone
     * who knows the seed can choose keys that collide.
     *
     * @param seed any number.
     * @return this.
     */
    public CacheBuilder hashSeed(long seed) {
        settings.set(Parameter.HASH_SEED, seed);
        return this;
    }

    /**
     * Sets the clock for deadlines. The default is {@code System.nanoTime}. A {@link
     * org.agrona.concurrent.CachedNanoClock} driven by the duty cycle is the fastest.
     *
     * @param nanoClock a monotonic clock with any origin. It is read under a lock and must not call
     *     the cache.
     * @return this.
     */
    public CacheBuilder clock(NanoClock nanoClock) {
        settings.set(Parameter.CLOCK, nanoClock);
        return this;
    }

    /**
     * Loads a checkpoint that {@link OffHeapCache#checkpoint} has written, of a cache of any
     * configuration. There is none by default. If the cache continues from its {@link #directory},
     * the checkpoint is not looked at.
     *
     * <p>Entries whose deadline has passed are left out. A cache with less room keeps those that
     * were used last, and calls its removal handler for those that it evicts. If there is no whole
     * checkpoint, the cache begins empty, and {@link OffHeapCache#restartReport} says why; with
     * {@link #requireWarm}, {@link #build} throws instead.
     *
     * @param path a directory, of which the newest whole checkpoint is loaded, or the file of one
     *     checkpoint; {@code null} for none.
     * @return this.
     */
    public CacheBuilder restore(Path path) {
        settings.set(Parameter.RESTORE, path);
        return this;
    }

    /**
     * Sets the handler that is called for each removal. There is none by default.
     *
     * @param handler called under the lock of a segment, or {@code null} for none.
     * @return this.
     */
    public CacheBuilder removalHandler(RemovalHandler handler) {
        settings.set(Parameter.REMOVAL_HANDLER, handler);
        return this;
    }

    /**
     * Does the same as {@link #removalHandler}, under the name that other caches have for it.
     *
     * @param handler or {@code null}.
     * @return this.
     */
    public CacheBuilder removalListener(RemovalHandler handler) {
        return removalHandler(handler);
    }

    /**
     * Sets the handler for exceptions that a removal handler throws, and for the {@link
     * SegmentResetException} of a segment that was emptied. By default both are logged with {@link
     * System.Logger}.
     *
     * @param handler not {@code null}; called under the lock of a segment.
     * @return this.
     */
    public CacheBuilder errorHandler(ErrorHandler handler) {
        settings.set(Parameter.ERROR_HANDLER, handler);
        return this;
    }

    /**
     * Keeps the cache's memory in a file of this directory, so that the next process continues with
     * its entries, their deadlines and their order of use. The file takes {@link #memoryBytes}, a
     * page, and up to a page for each segment; it does not count as direct memory. The directory
     * should be in memory ({@code /dev/shm} or another tmpfs). Without a directory, which is the
     * default, the memory ends with the process.
     *
     * <p>After {@link OffHeapCache#close}, everything is there. After a process that was killed,
     * everything is there that had been written. Anything doubtful is an empty cache with a reason
     * in the {@link RestartReport}, and the old file is moved aside.
     *
     * @param path of a directory on a local file system, which {@link #build} creates if necessary;
     *     only one open cache can have it. {@code null} for none.
     * @return this.
     */
    public CacheBuilder directory(Path path) {
        settings.set(Parameter.DIRECTORY, path);
        return this;
    }

    /**
     * Sets whether {@link #build} fails if the cache would begin empty because there is no file in
     * the {@link #directory}, or because the file is doubtful. The file is then left as it is. Off
     * by default. Has no effect without a directory.
     *
     * @param required whether to fail.
     * @return this.
     */
    public CacheBuilder requireWarm(boolean required) {
        settings.set(Parameter.REQUIRE_WARM, required);
        return this;
    }

    /**
     * Sets whether to move the entries of a file of another configuration to a new file, one by
     * one. If it is off, which is the default, the cache begins empty then. Until the entries are
     * moved, the directory needs room for both files. Has no effect without a directory.
     *
     * @param enabled whether to move them.
     * @return this.
     */
    public CacheBuilder migrate(boolean enabled) {
        settings.set(Parameter.MIGRATE, enabled);
        return this;
    }

    /**
     * Sets whether {@link #build} touches every page of a file that it continues, so that no
     * operation has to wait for one. {@link #verify} does that anyway for a file that was closed.
     * On a disk it takes as long as reading the file. Off by default. Has no effect without a
     * directory.
     *
     * @param enabled whether to touch the pages.
     * @return this.
     */
    public CacheBuilder pretouch(boolean enabled) {
        settings.set(Parameter.PRETOUCH, enabled);
        return this;
    }

    /**
     * Sets whether {@link #build} checks that no byte of a file has changed since the file was
     * closed. That reads the whole file. On by default. If it is off, a file is continued in the
     * time that mapping it takes, and a file that was damaged meanwhile may give wrong values or
     * end the JVM. A file that was not closed is always checked, entry by entry. Has no effect
     * without a directory.
     *
     * @param enabled whether to check.
     * @return this.
     */
    public CacheBuilder verify(boolean enabled) {
        settings.set(Parameter.VERIFY, enabled);
        return this;
    }

    /**
     * Sets the wall clock that tells how much time has passed between two processes, and that dates
     * the deadlines in a checkpoint and in the feed of changes. The default is the system's.
     *
     * @param wallClock nanoseconds since 1970; read when the cache is built and closed, and when a
     *     checkpoint is written.
     * @return this.
     */
    public CacheBuilder epochClock(EpochNanoClock wallClock) {
        settings.set(Parameter.EPOCH_CLOCK, wallClock);
        return this;
    }

    /**
     * Sets the listener that learns how a cache with a {@link #directory} began. By default the
     * report is logged with {@link System.Logger}, as a warning if the cache is empty for a reason.
     *
     * @param listener called once by the thread that calls {@link #build}. Its exceptions go to the
     *     {@link #errorHandler}.
     * @return this.
     */
    public CacheBuilder restartListener(Consumer<RestartReport> listener) {
        settings.set(Parameter.RESTART_LISTENER, listener);
        return this;
    }

    /**
     * Sets the size of the ring for the {@linkplain OffHeapCache#changeFeed feed of the cache's
     * changes}. By default there is no feed. The ring is direct memory on top of {@link
     * #memoryBytes}.
     *
     * @param bytes a power of two between 4096 and 2<sup>30</sup>, at least 8 times the largest
     *     entry. It should hold the changes that are made while nobody polls.
     * @return this.
     */
    public CacheBuilder changeFeedBytes(int bytes) {
        settings.set(Parameter.CHANGE_FEED_BYTES, (long) bytes);
        return this;
    }

    /**
     * Sets whether the cache follows the feed of another. It then takes its entries from {@link
     * OffHeapCache#changeApplier}, and refuses every other write with a {@link
     * io.flagstone.api.ReadOnlyCacheException}. Reads hide an expired entry as ever. The memory of
     * an expired entry stays in use until the feed tells that the entry is gone. Hits do not renew
     * sliding deadlines. All this lasts until {@link io.flagstone.feed.ChangeApplier#promote}.
     *
     * <p>Give a follower at least the memory and the bound in entries of the other cache, and the
     * same {@link #expireAfterAccessNs}. A follower may have a directory, a checkpoint to restore,
     * and a feed of its own. By default a cache follows no other.
     *
     * @param enabled whether the cache follows.
     * @return this.
     */
    public CacheBuilder follower(boolean enabled) {
        settings.set(Parameter.FOLLOWER, enabled);
        return this;
    }

    /**
     * Builds the cache and allocates its memory.
     *
     * @return an empty cache, or one with the entries in its {@link #directory}.
     * @throws IllegalArgumentException if a value is wrong; the message names every wrong value and
     *     its limit.
     * @throws IllegalStateException if a JVM flag is missing, the memory is not available, or the
     *     directory cannot be used.
     */
    public OffHeapCache build() {
        return new CacheBuild(settings).build();
    }
}
