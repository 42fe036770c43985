// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsPublisher;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A snapshot of a metrics file shows one moment. The test fails if it mixes values of two moments.
 * All states share one file; a lock lets one of them write at a time, like a single publisher.
 */
@JCStressTest
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "insertions - removals - evictions = entries")
@Outcome(expect = Expect.FORBIDDEN, desc = "values of two moments")
@State
public class MetricsSnapshotTest {
    private static final int HELD = 8;
    private static final UnsafeBuffer VALUE = new UnsafeBuffer(new byte[8]);
    private static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(1 << 18).segments(1).build();
    private static final AtomicLong NOW = new AtomicLong(1);
    private static final MetricsPublisher PUBLISHER;
    private static final MetricsReader READER;
    private static long written;

    static {
        try {
            final Path file = Files.createTempDirectory("flagstone").resolve("metrics");
            PUBLISHER = MetricsPublisher.open(CACHE, file, "stress", 1, NOW::get);
            READER = MetricsReader.open(file);
            Files.delete(file);
            Files.deleteIfExists(file.resolveSibling("metrics.lock"));
            Files.delete(file.getParent());
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Actor
    public void publisher() {
        synchronized (CACHE) {
            CACHE.put(written, VALUE, 0, Long.BYTES);
            CACHE.remove(written - written % HELD);
            written++;
            NOW.incrementAndGet();
            PUBLISHER.doWork();
        }
    }

    @Actor
    public void reader(L_Result result) {
        final MetricsSnapshot snapshot = READER.snapshot();
        if (!snapshot.whole()) {
            // On a busy machine the writer may get no processor for a second.
            result.r1 = 0L;
            return;
        }
        result.r1 =
                snapshot.get(Metric.INSERTIONS)
                        - snapshot.get(Metric.REMOVALS)
                        - snapshot.evictions()
                        - snapshot.get(Metric.ENTRIES);
    }
}
