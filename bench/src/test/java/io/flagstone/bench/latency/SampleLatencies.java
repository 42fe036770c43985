// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.report.SampleSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Invented latencies of every contender under every collector. */
public final class SampleLatencies {
    private SampleLatencies() {}

    /** Makes a report; the last contender is refused. */
    public static LatencyReport report(Origin origin) {
        final List<Collector> collectors = List.of(Collector.values());
        final LatencyPlan plan =
                new LatencyPlan(
                        Arrays.asList(ContenderType.values()),
                        collectors,
                        1_000_000,
                        64,
                        "zipf",
                        100_000,
                        100_000,
                        10,
                        20,
                        5,
                        50_000,
                        "4g",
                        3);
        final List<LatencyFigure> figures = new ArrayList<>();
        for (final Collector collector : collectors) {
            for (final ContenderType type : plan.types()) {
                final LatencyFigure figure = new LatencyFigure(type, collector);
                if (type == ContenderType.FLOOR_THROUGHPUT) {
                    figure.refuse("the JVM ended with status 1");
                } else {
                    figure.add(reply(type));
                    figure.add(reply(type));
                }
                figures.add(figure);
            }
        }
        return new LatencyReport(plan, figures, origin);
    }

    private static LatencyFork.Reply reply(ContenderType type) {
        final Histogram histogram = new Histogram(3);
        for (int i = 1; i <= 20_000; i++) {
            histogram.recordValue((200 + 15_000_000L / i) * (1 + type.ordinal()));
        }
        final String encoded = encode(histogram);
        return new LatencyFork.Reply(
                encoded,
                encoded,
                18_000,
                2_000,
                98_765_432,
                123_456_789,
                1_234.5,
                321,
                49_213_700,
                Map.of(StallCause.SCHEDULER, 1_106L, StallCause.OWN, 16_376L),
                Map.of(StallCause.OWN, 32_556_000L),
                0,
                SampleSettings.of(type, 100_000));
    }

    private static String encode(Histogram histogram) {
        final ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        final int length = histogram.encodeIntoByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }
}
