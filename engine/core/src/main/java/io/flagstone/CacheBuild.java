// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.RestartReport;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.api.SegmentResetException;
import io.flagstone.internal.events.CacheEvents;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.feed.ChangeRing;
import io.flagstone.internal.files.FileSetting;
import io.flagstone.internal.files.Superblock;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.HugePages;
import io.flagstone.internal.memory.JvmAccess;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.RegionAllocator;
import io.flagstone.internal.recency.PromotionDistance;
import io.flagstone.internal.segment.Following;
import io.flagstone.internal.segment.ReadCounters;
import io.flagstone.internal.segment.ReentryGuard;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.SegmentConfig.Budgets;
import io.flagstone.internal.segment.SegmentConfig.Calls;
import io.flagstone.internal.segment.SegmentConfig.Times;
import io.flagstone.internal.segment.SegmentLayout;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import java.util.function.LongConsumer;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemEpochNanoClock;
import org.agrona.concurrent.SystemNanoClock;

/**
 * Assembles a cache from the settings of a builder, in memory of the process. {@link Restart}
 * assembles one in files from the same parts.
 */
final class CacheBuild {
    private final Settings settings;

    CacheBuild(Settings settings) {
        this.settings = settings;
    }

    /**
     * The division of a cache.
     *
     * @param sizing the cache.
     * @param layout the layout of each segment, with the highest bound in entries.
     */
    record Plan(Sizing sizing, SegmentLayout layout) {}

    OffHeapCache build() {
        JvmAccess.check();
        new ConfigurationCheck(settings).singly();
        final Path directory = settings.value(Parameter.DIRECTORY, null);
        return directory == null ? inMemory() : Restart.open(this, settings, directory);
    }

    /**
     * Divides the cache.
     *
     * @param segments the number of segments to choose if none is set, or null for the default.
     */
    Plan plan(Integer segments) {
        final Sizing sizing =
                new Sizing(
                        settings,
                        settings.value(Parameter.SIZE_SAMPLE, null),
                        Runtime.getRuntime().availableProcessors(),
                        segments);
        final ConfigurationCheck check = new ConfigurationCheck(settings);
        check.shares(sizing.segments());
        final SegmentLayout layout = sizing.layout();
        sizing.checkFit(layout, check);
        check.feed(layout.classes().maxEntryBytes());
        check.fail();
        return new Plan(sizing, layout);
    }

    private OffHeapCache inMemory() {
        final Plan plan = plan(null);
        final CacheEvents events = CacheEvents.beginOpening();
        final SegmentConfig config =
                segmentConfig(plan.layout(), plan.sizing().segments(), seed(), clock().nanoTime());
        final Segment[] segments =
                segments(allocate(plan.sizing()), config, plan.sizing()::maxEntries);
        for (final Segment segment : segments) {
            segment.format();
        }
        final RestartReport restored = restore(segments, config);
        final long id = config.events().cache();
        events.opened(id, plan.sizing().memoryBytes(), segments.length);
        if (restored != null) {
            CacheEvents.restarted(id, restored.kind().name(), restored.reason(), restored.kept());
            tell(restored);
        }
        return new OffHeapCache(
                segments,
                config,
                plan.sizing().memoryBytes(),
                plan.sizing().hugePages(),
                effective(plan),
                null,
                epochClock(),
                restored);
    }

    /**
     * Loads the checkpoint to restore. Returns null if there is none to restore.
     *
     * @throws IllegalStateException if the cache would begin empty and must not.
     */
    RestartReport restore(Segment[] segments, SegmentConfig config) {
        final Path path = settings.value(Parameter.RESTORE, null);
        if (path == null) {
            return null;
        }
        final RestartReport report = new Restore(segments, config, epochClock()).load(path);
        if (report.kind() == Kind.COLD && settings.isOn(Parameter.REQUIRE_WARM)) {
            throw new IllegalStateException(
                    "requireWarm is set and there is nothing to restore: " + report.reason());
        }
        return report;
    }

    /** Tells the listener how the cache began. */
    void tell(RestartReport report) {
        final Consumer<RestartReport> listener =
                settings.value(Parameter.RESTART_LISTENER, RestartLog::tell);
        try {
            listener.accept(report);
        } catch (final RuntimeException e) {
            errorHandler().onError(e);
        }
    }

    EffectiveConfiguration effective(Plan plan) {
        return settings.effective(
                plan.sizing().chosen(plan.layout()), plan.layout().classes().maxEntryBytes());
    }

    NanoClock clock() {
        return settings.value(Parameter.CLOCK, SystemNanoClock.INSTANCE);
    }

    EpochNanoClock epochClock() {
        return settings.value(Parameter.EPOCH_CLOCK, SystemEpochNanoClock.INSTANCE);
    }

    LongConsumer progress() {
        return settings.value(Parameter.BUILD_PROGRESS, touched -> {});
    }

    ErrorHandler errorHandler() {
        return settings.value(Parameter.ERROR_HANDLER, CacheBuild::log);
    }

    /** Returns the seed of the hash: the one that was set, or a random one. */
    long seed() {
        final Long seed = settings.number(Parameter.HASH_SEED);
        return seed != null ? seed : new SecureRandom().nextLong();
    }

    /**
     * Returns the configuration that the segments of a cache share.
     *
     * @param birthNs the clock's time that counts as 0.
     */
    SegmentConfig segmentConfig(SegmentLayout layout, int count, long seed, long birthNs) {
        final double distance = settings.fraction(Parameter.PROMOTION_DISTANCE);
        final long idleNs = settings.number(Parameter.EXPIRE_AFTER_ACCESS_NS);
        return new SegmentConfig(
                layout,
                new KeyedHash(seed),
                (int) Math.round(distance * PromotionDistance.ONE),
                new Times(
                        clock(),
                        birthNs,
                        settings.number(Parameter.TICK_NS),
                        settings.number(Parameter.DEFAULT_TTL_NS),
                        idleNs == OffHeapCache.NO_TTL ? 0 : idleNs,
                        new Following(settings.isOn(Parameter.FOLLOWER))),
                new Budgets(
                        settings.number(Parameter.EXPIRY_BUDGET).intValue(),
                        settings.number(Parameter.REBALANCE_BUDGET).intValue()),
                new Calls(
                        settings.value(Parameter.REMOVAL_HANDLER, null),
                        errorHandler(),
                        new ReentryGuard(count),
                        changeRing()),
                new ReadCounters(settings.isOn(Parameter.COUNT_READS)),
                SegmentEvents.ofNewCache());
    }

    /** Returns the ring of the feed of changes, or null if there is no feed. */
    private ChangeRing changeRing() {
        final Long bytes = settings.number(Parameter.CHANGE_FEED_BYTES);
        return bytes == null ? null : ChangeRing.allocate(bytes.intValue());
    }

    /** Returns the configuration of a file of another configuration, to read its entries. */
    SegmentConfig oldConfig(SegmentLayout layout, Superblock old, long birthNs) {
        return new SegmentConfig(
                layout,
                new KeyedHash(old.get(FileSetting.HASH_SEED)),
                PromotionDistance.ONE,
                new Times(
                        clock(),
                        birthNs,
                        old.get(FileSetting.TICK_NS),
                        OffHeapCache.NO_TTL,
                        old.get(FileSetting.SLIDING)),
                new Budgets(
                        settings.number(Parameter.EXPIRY_BUDGET).intValue(),
                        settings.number(Parameter.REBALANCE_BUDGET).intValue()),
                new Calls(
                        null,
                        errorHandler(),
                        new ReentryGuard((int) old.get(FileSetting.SEGMENTS)),
                        null),
                new ReadCounters(false),
                SegmentEvents.ofNewCache());
    }

    /** Creates the segments over their regions, which are neither laid out nor continued yet. */
    static Segment[] segments(
            Region[] regions, SegmentConfig config, IntToLongFunction maxEntries) {
        final Segment[] segments = new Segment[regions.length];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = new Segment(regions[i], config.ofSegment(i, maxEntries.applyAsLong(i)));
        }
        return segments;
    }

    private Region[] allocate(Sizing sizing) {
        final RegionAllocator allocator = sizing.allocator();
        final Region[] regions = allocator.allocate(progress());
        if (sizing.hugePages()) {
            HugePageLog.tell(
                    settings.isUnset(Parameter.HUGE_PAGES),
                    allocator.requestedBytes(regions),
                    HugePages.bytesOf(regions));
        }
        return regions;
    }

    private static void log(Throwable thrown) {
        final System.Logger logger = System.getLogger("io.flagstone");
        if (thrown instanceof SegmentResetException) {
            logger.log(System.Logger.Level.ERROR, thrown.getMessage(), thrown);
        } else if (thrown instanceof CacheFiles.NotClosedException) {
            logger.log(System.Logger.Level.WARNING, thrown.getMessage(), thrown);
        } else {
            logger.log(System.Logger.Level.WARNING, "the removal handler failed", thrown);
        }
    }
}
