// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.Scatter;
import io.flagstone.bench.report.EffectiveSettings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** The results of all rounds of one contender under one collector. */
public final class LatencyFigure {
    /** The percentile of service times that is compared between rounds. */
    static final double SERVICE_TAIL = 99.99;

    private final ContenderType type;
    private final Collector collector;
    private final List<Double> medianNs = new ArrayList<>();
    private final List<Long> serviceTailNs = new ArrayList<>();
    private final Histogram response = new Histogram(3);
    private final Histogram service = new Histogram(3);
    private final Map<StallCause, Long> stalls = new EnumMap<>(StallCause.class);
    private final Map<StallCause, Long> longestStalls = new EnumMap<>(StallCause.class);
    private long hits;
    private long misses;
    private long readLateNs;
    private long feedLateNs;
    private double bytesPerRead;
    private long collections;
    private long longestCollectionNs;
    private long stallsDropped;
    private EffectiveSettings settings = EffectiveSettings.NONE;
    private String refused;

    LatencyFigure(ContenderType type, Collector collector) {
        this.type = type;
        this.collector = collector;
    }

    void add(LatencyFork.Reply reply) {
        final Histogram round = decode(reply.response());
        medianNs.add((double) round.getValueAtPercentile(50));
        response.add(round);
        final Histogram served = decode(reply.service());
        serviceTailNs.add(served.getValueAtPercentile(SERVICE_TAIL));
        service.add(served);
        stallsDropped += reply.stallsDropped();
        settings = reply.settings();
        hits += reply.hits();
        misses += reply.misses();
        readLateNs = Math.max(readLateNs, reply.readLateNs());
        feedLateNs = Math.max(feedLateNs, reply.feedLateNs());
        bytesPerRead = Math.max(bytesPerRead, reply.bytesPerRead());
        collections += reply.collections();
        longestCollectionNs = Math.max(longestCollectionNs, reply.longestCollectionNs());
        reply.stalls().forEach((cause, count) -> stalls.merge(cause, count, Long::sum));
        reply.longestStallNs().forEach((cause, ns) -> longestStalls.merge(cause, ns, Math::max));
    }

    private static Histogram decode(String encoded) {
        return Histogram.decodeFromByteBuffer(
                ByteBuffer.wrap(Base64.getDecoder().decode(encoded)), 0);
    }

    void refuse(String reason) {
        refused = reason;
    }

    ContenderType type() {
        return type;
    }

    Collector collector() {
        return collector;
    }

    /** Returns why there is no figure, or null if there is one. */
    String refused() {
        return response.getTotalCount() > 0 ? null : refused;
    }

    /** Returns warnings if this is a floor whose rounds differ. */
    List<String> warnings() {
        return type.isFloor() ? Scatter.warnings(type.title(), medianNs) : List.of();
    }

    /** Returns the settings of the contender, none if there is no figure. */
    EffectiveSettings settings() {
        return settings;
    }

    Histogram response() {
        return response;
    }

    Histogram service() {
        return service;
    }

    /** Returns the number of JVMs that gave a figure. */
    int rounds() {
        return serviceTailNs.size();
    }

    /** Returns the lowest service tail of a round; undefined if there is no round. */
    long serviceTailLowNs() {
        return Collections.min(serviceTailNs);
    }

    /** Returns the highest service tail of a round; undefined if there is no round. */
    long serviceTailHighNs() {
        return Collections.max(serviceTailNs);
    }

    /** Returns how many stalls found no room in the log, so their cause is not known. */
    long stallsDropped() {
        return stallsDropped;
    }

    double hitRatio() {
        return (double) hits / Math.max(1, hits + misses);
    }

    long hits() {
        return hits;
    }

    long misses() {
        return misses;
    }

    long readLateNs() {
        return readLateNs;
    }

    long feedLateNs() {
        return feedLateNs;
    }

    double bytesPerRead() {
        return bytesPerRead;
    }

    long collections() {
        return collections;
    }

    long longestCollectionNs() {
        return longestCollectionNs;
    }

    long stalls(StallCause cause) {
        return stalls.getOrDefault(cause, 0L);
    }

    long longestStallNs(StallCause cause) {
        return longestStalls.getOrDefault(cause, 0L);
    }
}
