// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalHandler;
import io.flagstone.bench.tape.TradeTape;
import io.flagstone.bench.trace.TraceFile;
import io.flagstone.bench.trace.TraceFormat;
import io.flagstone.bench.verify.Difference;
import io.flagstone.bench.verify.ReferenceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs workloads on faulty caches and checks that the model notices each fault. */
class WorkloadTest {
    @TempDir private Path directory;

    private final ReplayClock clock = new ReplayClock();
    private final ReferenceModel model = new ReferenceModel(clock, true);

    @Test
    void aTraceFindsUnreportedRemovals() throws IOException {
        try (OffHeapCache cache = cache((cause, key, value) -> {})) {
            trace(cache, "1\n2\n3\n1\n", 2);
            model.finish(cache.size(), cache.statistics());
        }
        assertThat(model.differences().count(Difference.UNEXPLAINED_MISS)).isEqualTo(1);
        assertThat(model.differences().count(Difference.WRONG_PUT)).isEqualTo(1);
        assertThat(model.differences().count(Difference.WRONG_COUNT)).isPositive();
    }

    @Test
    void aTraceFindsValuesChangedByOthers() throws IOException {
        try (OffHeapCache cache = cache(model)) {
            final TraceSettings settings = settings("1\n2\n1\n");
            try (TraceFile file = new TraceFile(settings.file(), settings.format())) {
                final Workload workload = workload(cache, file, settings);
                workload.step();
                cache.update(1, value -> value.putByte(5, (byte) ~value.getByte(5)));
                while (workload.step()) {
                    assertThat(workload.tooLarge()).isZero();
                }
            }
        }
        assertThat(model.differences().counts()).containsOnlyKeys(Difference.WRONG_VALUE);
    }

    @Test
    void aTraceFindsRemovalsByOthers() throws IOException {
        try (OffHeapCache cache = cache(model)) {
            trace(cache, "1\n2\n", 2);
            cache.remove(1);
        }
        assertThat(model.differences().counts()).containsOnlyKeys(Difference.UNASKED_REMOVAL);
    }

    @Test
    void theTapeFindsTradesMissingFromALevel() throws IOException {
        try (TradeTape tape = TradeTape.open();
                OffHeapCache cache = cache(model)) {
            final Workload workload = tape(tape, cache);
            workload.step();
            workload.step();
            assertThat(model.differences().total()).isZero();
            // The second, third and fourth trade are at this level.
            cache.update(80_005, value -> value.putLong(16, 0));
            workload.step();
        }
        assertThat(model.differences().count(Difference.WRONG_VALUE)).isPositive();
    }

    @Test
    void theTapeFindsLevelsThatLiveTooLong() throws IOException {
        try (TradeTape tape = TradeTape.open();
                OffHeapCache cache = cache(model)) {
            final Workload workload = tape(tape, cache);
            workload.step();
            cache.persist(80_001);
            boolean found = false;
            for (int i = 0; i < 10_000 && !found; i++) {
                workload.step();
                found = model.differences().count(Difference.LATE_HIT) > 0;
            }
            assertThat(found).isTrue();
        }
    }

    private Workload tape(TradeTape tape, OffHeapCache cache) {
        final TapeSettings settings = new TapeSettings(1_000_000, 2, TimeUnit.MINUTES.toNanos(1));
        return new TradeBookWorkload(tape, new MeasuredCache(cache), clock, model, settings);
    }

    private void trace(OffHeapCache cache, String text, int entries) throws IOException {
        final TraceSettings settings = settings(text);
        try (TraceFile file = new TraceFile(settings.file(), settings.format())) {
            final Workload workload = workload(cache, file, settings);
            long steps = 0;
            while (workload.step()) {
                model.step(++steps);
            }
        }
        assertThat(cache.size()).isEqualTo(entries);
    }

    private Workload workload(OffHeapCache cache, TraceFile file, TraceSettings settings) {
        return new TraceWorkload(file, new MeasuredCache(cache), clock, model, settings, 1 << 20);
    }

    private TraceSettings settings(String text) throws IOException {
        final Path file = Files.writeString(directory.resolve("t"), text);
        return new TraceSettings(file, TraceFormat.LIRS, -1, OffHeapCache.NO_TTL, false, false);
    }

    private OffHeapCache cache(RemovalHandler listener) {
        return new CacheSettings(1 << 20, listener == model ? 1000L : 2L, 1, null, 0.0, null, false)
                .build(clock, listener, null);
    }
}
