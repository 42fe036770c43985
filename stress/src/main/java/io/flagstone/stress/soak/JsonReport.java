// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.flagstone.stress.soak.MemorySampler.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;

/** Writes the report as JSON. */
final class JsonReport {
    private final SoakReport report;

    JsonReport(SoakReport report) {
        this.report = report;
    }

    void write(String file, String violation) throws IOException {
        final JsonObject json = new JsonObject();
        json.addProperty("command", report.options().commandLine());
        json.addProperty("java", System.getProperty("java.vm.version"));
        json.addProperty("violation", violation);
        json.addProperty("runSeconds", report.runSeconds());
        json.addProperty("operationCount", report.operations());
        json.add("operations", operations());
        final JsonObject statistics = new JsonObject();
        report.totals().forEach((name, count) -> statistics.add(name, new JsonPrimitive(count)));
        json.add("statistics", statistics);
        json.addProperty("allocatedBytesPerOperation", report.allocatedPerOperation());
        json.addProperty("heap", report.heapVerdict());
        json.addProperty("direct", report.directVerdict());
        json.add("memory", memory());
        Files.writeString(
                Path.of(file),
                new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json)
                        + "\n");
    }

    private JsonArray operations() {
        final JsonArray operations = new JsonArray();
        final Latencies latencies = report.latencies();
        for (final Operation operation : Operation.values()) {
            final Histogram histogram = latencies.of(operation);
            final JsonObject json = new JsonObject();
            json.addProperty("operation", operation.label());
            json.addProperty("count", histogram.getTotalCount());
            json.addProperty("perSecond", histogram.getTotalCount() / report.runSeconds());
            json.addProperty("p50Ns", histogram.getValueAtPercentile(50));
            json.addProperty("p99Ns", histogram.getValueAtPercentile(99));
            json.addProperty("p999Ns", histogram.getValueAtPercentile(99.9));
            json.addProperty("maxNs", histogram.getMaxValue());
            operations.add(json);
        }
        return operations;
    }

    private JsonArray memory() {
        final JsonArray samples = new JsonArray();
        for (final Sample sample : report.memory().samples()) {
            final JsonObject json = new JsonObject();
            json.addProperty("configuration", sample.configuration());
            json.addProperty("heapBytes", sample.heapBytes());
            json.addProperty("directBytes", sample.directBytes());
            json.addProperty("cacheBytes", sample.cacheBytes());
            samples.add(json);
        }
        return samples;
    }
}
