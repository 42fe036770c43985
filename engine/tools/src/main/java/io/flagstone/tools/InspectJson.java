// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.api.CacheFileReport;
import io.flagstone.api.CheckpointFileReport;
import io.flagstone.api.EntryAges;
import io.flagstone.tools.console.Json;
import java.util.List;

/**
 * Renders reports about the files of caches and checkpoints as JSON. Names and values of enums are
 * in camel case.
 */
final class InspectJson {
    private InspectJson() {}

    static String render(CacheFileReport report) {
        final JsonObject root = new JsonObject();
        root.addProperty("file", report.file().toString());
        root.addProperty("state", StatJson.camelCase(report.state().name()));
        root.addProperty("damage", report.damage());
        root.addProperty("layoutVersion", report.origin().layoutVersion());
        root.addProperty("fileBytes", report.fileBytes());
        root.addProperty("processId", report.origin().processId());
        root.addProperty("processAlive", report.origin().alive());
        root.addProperty("sameBoot", report.origin().sameBoot());
        root.addProperty("changedMs", report.origin().changedMs());
        root.addProperty("epochMs", report.origin().epochMs());
        root.addProperty("entries", report.entries());
        final JsonObject configuration = new JsonObject();
        report.configuration().forEach(configuration::addProperty);
        root.add("configuration", configuration);
        final JsonArray segments = new JsonArray();
        for (final CacheFileReport.SegmentState segment : report.segments()) {
            final JsonObject row = new JsonObject();
            row.addProperty("entries", segment.entries());
            row.addProperty("withDeadline", segment.withDeadline());
            row.addProperty("expired", segment.expired());
            row.addProperty("pooledSlabs", segment.pooledSlabs());
            row.addProperty("unfinished", segment.unfinished());
            row.addProperty("damage", segment.damage());
            segments.add(row);
        }
        root.add("segments", segments);
        final JsonArray classes = new JsonArray();
        for (final CacheFileReport.ClassState of : report.sizeClasses()) {
            final JsonObject row = new JsonObject();
            row.addProperty("chunkBytes", of.chunkBytes());
            row.addProperty("slabs", of.slabs());
            row.addProperty("entries", of.entries());
            row.addProperty("usedBytes", of.usedBytes());
            classes.add(row);
        }
        root.add("sizeClasses", classes);
        report.ages().ifPresent(ages -> add(root, ages));
        return Json.render(root);
    }

    static String render(List<CheckpointFileReport> reports) {
        final JsonArray files = new JsonArray();
        for (final CheckpointFileReport report : reports) {
            final JsonObject file = new JsonObject();
            file.addProperty("file", report.file().toString());
            file.addProperty("state", StatJson.camelCase(report.state().name()));
            file.addProperty("damage", report.damage());
            file.addProperty("fileBytes", report.fileBytes());
            file.addProperty("generation", report.totals().generation());
            file.addProperty("timeMs", report.totals().timeMs());
            file.addProperty("entries", report.totals().entries());
            file.addProperty("bytes", report.totals().bytes());
            add(file, report.ages());
            files.add(file);
        }
        final JsonObject root = new JsonObject();
        root.add("checkpoints", files);
        return Json.render(root);
    }

    private static void add(JsonObject to, EntryAges ages) {
        to.add("timesLeftNs", ranges(ages.timesLeft()));
        to.add("insertionsSinceUse", ranges(ages.sinceUse()));
    }

    private static JsonArray ranges(List<EntryAges.Range> ranges) {
        final JsonArray rows = new JsonArray();
        for (final EntryAges.Range range : ranges) {
            final JsonObject row = new JsonObject();
            row.addProperty("limit", range.limit());
            row.addProperty("entries", range.entries());
            rows.add(row);
        }
        return rows;
    }
}
