// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import io.flagstone.bench.agreement.AgreementFigure.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Collects the values of the rounds of a system. */
final class ResultBuilder {
    private final AgreementSystem system;
    private final boolean sync;
    private final Map<String, AgreementFigure> figures = new LinkedHashMap<>();
    private final List<String> described = new ArrayList<>();
    private long acknowledged;
    private long lost;
    private long unequal;
    private String failure;

    ResultBuilder(AgreementSystem system, boolean sync) {
        this.system = system;
        this.sync = sync;
        this.failure = system.obstacle();
    }

    AgreementSystem system() {
        return system;
    }

    boolean hasFailed() {
        return failure != null;
    }

    void fail(String reason) {
        failure = reason;
    }

    void add(String key, String title, Unit unit, double value) {
        final List<Double> rounds = new ArrayList<>();
        final AgreementFigure before = figures.get(key);
        if (before != null) {
            rounds.addAll(before.rounds());
        }
        rounds.add(value);
        figures.put(key, new AgreementFigure(key, title, unit, rounds));
    }

    /** Adds percentiles of the round trips of an operation. */
    void addRoundTrips(String operation, Histogram histogram) {
        final String title = "round trip of a " + operation;
        final Unit unit = Unit.MICROSECONDS;
        add(operation + "P50Ns", title + ", p50", unit, histogram.getValueAtPercentile(50));
        add(operation + "P99Ns", title + ", p99", unit, histogram.getValueAtPercentile(99));
        add(operation + "P999Ns", title + ", p99.9", unit, histogram.getValueAtPercentile(99.9));
    }

    void addContents(Workload.Contents contents, Workload work) {
        acknowledged += work.puts();
        lost += contents.lost();
        unequal += contents.unequal();
        described.addAll(work.described());
    }

    AgreementResult build() {
        return new AgreementResult(
                system,
                system.settings(sync),
                List.copyOf(figures.values()),
                acknowledged,
                lost,
                unequal,
                List.copyOf(described),
                failure);
    }
}
