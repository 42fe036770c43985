// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import jdk.jfr.Recording;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.runner.IterationType;

/**
 * Records which methods run during the measured iterations, by samples of Flight Recorder. JMH
 * creates it by its class, so its file is static.
 */
public final class SamplingProfiler implements InternalProfiler {
    /** The shortest period that Flight Recorder keeps. */
    private static final Duration PERIOD = Duration.ofMillis(10);

    private static Path file;
    private static Recording recording;

    /** Says where the next recording goes. */
    static void recordTo(Path target) {
        file = target;
    }

    @Override
    public String getDescription() {
        return "samples of the methods that run";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        if (iteration.getType() == IterationType.MEASUREMENT) {
            if (recording == null) {
                recording = new Recording();
                recording.start();
            }
            recording.enable(MethodSamples.EVENT).withPeriod(PERIOD).withStackTrace();
        }
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        if (recording != null) {
            // JMH computes between the iterations.
            recording.disable(MethodSamples.EVENT);
        }
        return List.of();
    }

    /** Ends the recording and writes its file. */
    static void finish() {
        if (recording == null) {
            throw new IllegalStateException("no measured iteration");
        }
        try {
            recording.stop();
            recording.dump(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            recording.close();
            recording = null;
        }
    }
}
