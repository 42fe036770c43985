// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/**
 * The methods that ran when a thread was sampled.
 *
 * @param samples the number of samples with a Java method.
 * @param hottest the methods with most samples, the hottest first.
 */
record MethodSamples(int samples, List<Method> hottest) {
    /** The event of Flight Recorder. */
    static final String EVENT = "jdk.ExecutionSample";

    private static final int MOST = 10;

    /** Reads the samples of a recording. The method of a sample is that of the innermost frame. */
    static MethodSamples read(Path recording) throws IOException {
        final Map<String, Integer> counts = new HashMap<>();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                final RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals(EVENT)
                        && event.getStackTrace() != null
                        && !event.getStackTrace().getFrames().isEmpty()) {
                    counts.merge(name(event.getStackTrace().getFrames().get(0)), 1, Integer::sum);
                }
            }
        }
        return of(counts);
    }

    static MethodSamples of(Map<String, Integer> counts) {
        return new MethodSamples(
                counts.values().stream().mapToInt(Integer::intValue).sum(),
                counts.entrySet().stream()
                        .map(entry -> new Method(entry.getKey(), entry.getValue()))
                        .sorted(
                                Comparator.comparingInt(Method::samples)
                                        .reversed()
                                        .thenComparing(Method::name))
                        .limit(MOST)
                        .toList());
    }

    private static String name(RecordedFrame frame) {
        final RecordedMethod method = frame.getMethod();
        return method.getType().getName() + "." + method.getName();
    }

    double share(Method method) {
        return (double) method.samples() / samples;
    }

    /**
     * Returns the number of samples and how far shares can be trusted. The standard error of a
     * share is at most half of 1/√n; twice that is given.
     */
    String describe() {
        return samples == 0
                ? "no samples"
                : String.format(
                        Locale.ROOT,
                        "%,d sample%s, so a share is right to about ±%.0f points",
                        samples,
                        samples == 1 ? "" : "s",
                        Math.min(100, Math.ceil(100 / Math.sqrt(samples))));
    }

    /**
     * A method.
     *
     * @param name the names of its class and of itself.
     * @param samples how often it was sampled.
     */
    record Method(String name, int samples) {}
}
