// SPDX-License-Identifier: Apache-2.0
package io.flagstone.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.LoadStatistics;
import io.flagstone.testing.LogRecorder;
import io.flagstone.testing.TestSupport;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codecs;
import io.flagstone.typed.LoadException;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Micrometer reads the cache's counts under its usual names for caches. */
class FlagstoneCacheMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private double count(String name, String... tags) {
        final FunctionCounter counter =
                registry.find(name).tag("cache", "quotes").tags(tags).functionCounter();
        assertThat(counter).as(name).isNotNull();
        return counter.count();
    }

    private double gauge(String name, String... tags) {
        final Gauge gauge = registry.find(name).tag("cache", "quotes").tags(tags).gauge();
        assertThat(gauge).as(name).isNotNull();
        return gauge.value();
    }

    @Test
    void everyMeterHasItsFigure() {
        final OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(1 << 18).maxEntries(100).segments(1).build();
        new FlagstoneCacheMetrics(cache, "quotes", List.of()).bindTo(registry);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[64]);
        for (int i = 0; i < 1_000; i++) {
            cache.put(i % 150, value, 0, 64);
            cache.get(i % 70, value, 0);
            cache.remove(i % 7);
        }
        final CacheStatistics statistics = cache.statistics();
        assertThat(count("cache.gets", "result", "hit")).isEqualTo(statistics.hits());
        assertThat(count("cache.gets", "result", "miss")).isEqualTo(statistics.misses());
        assertThat(count("cache.puts"))
                .isEqualTo(statistics.insertions() + statistics.replacements());
        assertThat(count("cache.evictions")).isEqualTo(statistics.evictions()).isPositive();
        assertThat(count("cache.evictions.cause", "cause", "bound"))
                .isEqualTo(statistics.boundEvictions());
        assertThat(count("cache.evictions.cause", "cause", "room")).isZero();
        assertThat(count("cache.evictions.cause", "cause", "slab")).isZero();
        assertThat(count("cache.removals")).isEqualTo(statistics.removals());
        assertThat(count("cache.expirations")).isZero();
        assertThat(count("cache.lock.contentions")).isZero();
        assertThat(count("cache.segment.resets")).isZero();
        assertThat(count("cache.segment.reset.entries")).isZero();
        assertThat(count("cache.read.retries")).isZero();
        assertThat(gauge("cache.size")).isEqualTo(cache.size());
        assertThat(gauge("cache.memory.budget")).isEqualTo(1 << 18);
        double parts = 0;
        for (final Gauge part : registry.find("cache.memory").gauges()) {
            parts += part.value();
        }
        assertThat(parts).isEqualTo(1 << 18);
        assertThat(gauge("cache.memory", "part", "values")).isEqualTo(cache.size() * 64);
        TestSupport.assertClean(cache);
        cache.close();
        assertThat(count("cache.gets", "result", "hit")).isEqualTo(statistics.hits());
        assertThat(gauge("cache.size")).isZero();
        assertThat(gauge("cache.memory", "part", "values")).isZero();
    }

    @Test
    void aRestartHasItsFigures(@TempDir Path directory) {
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(1 << 18)
                        .directory(directory)
                        .restartListener(report -> {});
        try (OffHeapCache cache = builder.build()) {
            cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
        }
        try (OffHeapCache cache = builder.build()) {
            new FlagstoneCacheMetrics(cache, "prices", List.of()).bindTo(registry);
            assertThat(registry.get("cache.restart.kept").tag("kind", "WARM").gauge().value())
                    .isEqualTo(1);
            assertThat(registry.get("cache.restart.expired").gauge().value()).isZero();
            assertThat(registry.get("cache.restart.dropped").gauge().value()).isZero();
            assertThat(
                            registry.get("cache.restart.duration")
                                    .timeGauge()
                                    .value(TimeUnit.NANOSECONDS))
                    .isPositive();
        }
    }

    @Test
    void loadsHaveMicrometerNames() {
        final Cache<Long, String> cache =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(1 << 18).slabBytes(1 << 12),
                                Codecs.ofLong(),
                                Codecs.ofString())
                        .loader(
                                key -> {
                                    if (key == 3) {
                                        throw new IllegalStateException("no");
                                    }
                                    return key == 2 ? "x".repeat(1 << 13) : "v";
                                })
                        .ttlNs((key, value) -> key == 4 ? 0 : OffHeapCache.NO_TTL)
                        .build();
        new FlagstoneCacheMetrics(cache, "quotes", List.of()).bindTo(registry);
        for (long key = 0; key < 5; key++) {
            try {
                cache.get(key);
            } catch (final LoadException e) {
                // Counted below.
            }
        }
        cache.refresh(0L).join();
        final LoadStatistics statistics = cache.loadStatistics();
        assertThat(count("cache.load", "result", "success")).isEqualTo(5);
        assertThat(count("cache.load", "result", "failure")).isEqualTo(1);
        assertThat(count("cache.load.refreshes")).isEqualTo(1);
        assertThat(count("cache.load.too.large")).isEqualTo(1);
        assertThat(count("cache.load.expired.at.once")).isEqualTo(1);
        assertThat(count("cache.load.outdated")).isZero();
        final TimeGauge time = registry.find("cache.load.duration").timeGauge();
        assertThat(time.value(TimeUnit.NANOSECONDS))
                .isPositive()
                .isCloseTo(statistics.totalLoadNs(), Offset.offset(1.0));
        TestSupport.assertClean(cache.engine());
        cache.close();
        assertThat(count("cache.load", "result", "success")).isEqualTo(5);
    }

    /** Micrometer logs an exception from a meter and shows no figure. */
    @Test
    void readingAMeterWhileTheCacheIsClosedThrowsNothing() throws Exception {
        try (LogRecorder log = new LogRecorder("")) {
            for (int round = 0; round < 200; round++) {
                final SimpleMeterRegistry own = new SimpleMeterRegistry();
                final OffHeapCache cache =
                        OffHeapCache.builder().memoryBytes(1 << 17).segments(4).build();
                new FlagstoneCacheMetrics(cache, "quotes", List.of()).bindTo(own);
                final Thread closer = new Thread(cache::close);
                closer.start();
                boolean open = true;
                while (open) {
                    open = closer.isAlive();
                    for (final Meter meter : own.getMeters()) {
                        for (final Measurement measurement : meter.measure()) {
                            assertThat(measurement.getValue()).isNotNaN();
                        }
                    }
                }
                closer.join();
                // A meter of a collected cache is NaN.
                Reference.reachabilityFence(cache);
            }
            assertThat(log.messages()).isEmpty();
        }
    }
}
