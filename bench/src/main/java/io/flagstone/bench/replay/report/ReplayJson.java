// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeClassReport;
import io.flagstone.bench.fork.Origin;
import io.flagstone.bench.replay.Latencies;
import io.flagstone.bench.replay.MissCauses;
import io.flagstone.bench.replay.Operation;
import io.flagstone.bench.replay.ReplayResult;
import io.flagstone.bench.verify.Differences;
import io.flagstone.tools.console.Json;
import org.HdrHistogram.Histogram;

/** Renders the report of a replay as JSON. */
final class ReplayJson {
    private static final Gson GSON = new Gson();

    private ReplayJson() {}

    /**
     * Renders a report.
     *
     * @param setup the input and the settings.
     * @param result the result of the replay.
     * @param origin the origin of the figures.
     * @return a JSON object that ends with a newline.
     */
    static String render(Setup setup, ReplayResult result, Origin origin) {
        final Differences differences = result.differences();
        final JsonObject root = new JsonObject();
        origin.addTo(root);
        root.addProperty("input", setup.input());
        root.add("settings", setup.json(result.configuration()));
        root.addProperty("steps", result.steps());
        root.addProperty("requests", result.requests());
        root.addProperty("hits", result.hits());
        root.addProperty("misses", result.misses());
        root.addProperty("hitRatio", result.hitRatio());
        root.add("missesByCause", missesByCause(result.missCauses()));
        root.addProperty("hitBytes", result.hitBytes());
        root.addProperty("idealHits", result.ideal() == null ? null : result.ideal().hits());
        root.addProperty(
                "idealHitBytes", result.ideal() == null ? null : result.ideal().hitBytes());
        root.addProperty("evictions", result.statistics().evictions());
        root.addProperty("moves", result.statistics().moves());
        root.addProperty("slabReassignments", result.statistics().slabReassignments());
        root.addProperty("expirations", result.statistics().expirations());
        root.addProperty("tooLarge", result.tooLarge());
        root.addProperty("heldBack", result.heldBack());
        root.add(
                "differences",
                differences == null ? JsonNull.INSTANCE : new JsonPrimitive(differences.total()));
        root.add("firstDifferences", described(differences));
        root.addProperty("evictionOrderChecked", result.orderChecked());
        root.addProperty("auditClean", result.audit().clean());
        root.addProperty("auditFinding", result.audit().finding());
        root.addProperty("opsPerSecond", Math.round(result.latencies().operationsPerSecond()));
        root.addProperty("wallNs", result.wallNs());
        root.add("latencyNs", latency(result.latencies().all()));
        root.add("latencyNsByOperation", byOperation(result));
        root.add("slowestOperation", slowest(result));
        root.add("memory", memory(result.memory()));
        root.add(
                "staleQuote",
                result.staleQuote() == null
                        ? JsonNull.INSTANCE
                        : QuoteLines.json(result.staleQuote()));
        final JsonObject explanations = new JsonObject();
        explanations.addProperty("requests", ReplayNotes.requests(setup, result));
        explanations.addProperty("latency", ReplayNotes.latency(result));
        explanations.addProperty("memory", ReplayNotes.memory(result.memory()));
        root.add("explanations", explanations);
        return Json.render(root);
    }

    private static JsonElement described(Differences differences) {
        final JsonArray array = new JsonArray();
        if (differences != null) {
            differences.described().forEach(array::add);
        }
        return array;
    }

    private static JsonObject byOperation(ReplayResult result) {
        final JsonObject operations = new JsonObject();
        for (final Operation operation : Operation.values()) {
            final Histogram histogram = result.latencies().of(operation);
            if (histogram.getTotalCount() > 0) {
                final JsonObject latency = latency(histogram);
                latency.addProperty("count", histogram.getTotalCount());
                operations.add(operation.title(), latency);
            }
        }
        return operations;
    }

    private static JsonObject latency(Histogram histogram) {
        final JsonObject latency = new JsonObject();
        for (final Percentile percentile : Percentile.values()) {
            latency.addProperty(percentile.title(), percentile.of(histogram));
        }
        return latency;
    }

    private static JsonElement missesByCause(MissCauses causes) {
        return causes == null ? JsonNull.INSTANCE : GSON.toJsonTree(causes);
    }

    private static JsonElement slowest(ReplayResult result) {
        final Latencies.Slowest slowest = result.latencies().slowest();
        if (slowest == null) {
            return JsonNull.INSTANCE;
        }
        final JsonObject json = new JsonObject();
        json.addProperty("operation", slowest.operation().title());
        json.addProperty("latencyNs", slowest.ns());
        json.addProperty("number", slowest.number());
        json.addProperty("ofOperations", result.latencies().all().getTotalCount());
        return json;
    }

    private static JsonObject memory(MemoryReport report) {
        final JsonObject memory = new JsonObject();
        memory.addProperty("budgetBytes", report.budgetBytes());
        memory.addProperty("entries", report.entries());
        for (final MemoryPart part : MemoryPart.values()) {
            memory.addProperty(part.key(), part.of(report));
        }
        memory.addProperty("bookkeepingBytesPerEntry", report.bookkeepingBytesPerEntry());
        final EntryBytes entry = EntryBytes.of(report);
        memory.add("bytesPerEntry", entry == null ? JsonNull.INSTANCE : entry.json());
        final JsonArray classes = new JsonArray();
        for (final SizeClassReport held : report.sizeClasses()) {
            if (held.slabs() > 0) {
                final JsonObject sizeClass = new JsonObject();
                sizeClass.addProperty("chunkBytes", held.chunkBytes());
                sizeClass.addProperty("slabs", held.slabs());
                sizeClass.addProperty("entries", held.entries());
                sizeClass.addProperty("freeChunks", held.freeChunks());
                sizeClass.addProperty("tailAge", held.tailAge());
                classes.add(sizeClass);
            }
        }
        memory.add("sizeClasses", classes);
        return memory;
    }
}
