// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.metrics.Metric;
import io.flagstone.metrics.MetricsReader;
import io.flagstone.metrics.MetricsSnapshot;
import io.flagstone.tools.console.Json;
import java.util.Locale;
import java.util.Map;

/** Renders the figures of a metrics file as JSON. Names and values of enums are in camel case. */
final class StatJson {
    private static final String CLASS_PREFIX = "CLASS_";

    private StatJson() {}

    /**
     * Renders the figures.
     *
     * @param reader the reader of the file.
     * @param view the figures.
     * @return the counts since the cache was built.
     */
    static String render(MetricsReader reader, StatView view) {
        final MetricsSnapshot now = view.now();
        final JsonObject root = new JsonObject();
        root.addProperty("name", reader.name());
        root.addProperty("processId", reader.processId());
        root.addProperty("state", camelCase(view.state().name()));
        root.addProperty("openedMs", now.openedMs());
        root.addProperty("atMs", now.atMs());
        root.addProperty("ageMs", view.ageMs());
        root.addProperty("intervalMs", reader.intervalMs());
        root.addProperty("whole", now.whole());
        final JsonArray alerts = new JsonArray();
        for (final StatAlert alert : StatAlert.of(view)) {
            final JsonObject row = new JsonObject();
            row.addProperty("text", alert.text());
            row.addProperty("section", alert.section());
            alerts.add(row);
        }
        root.add("alerts", alerts);
        root.add("hitRatio", Json.number(now.hitRatio()));
        root.addProperty("evictions", now.evictions());
        now.ofCache()
                .forEach(
                        (metric, value) -> {
                            if (metric != Metric.RESTART_KIND && metric != Metric.REPLICA_STATE) {
                                root.addProperty(camelCase(metric.name()), value);
                            }
                        });
        if (view.restart() != null) {
            root.addProperty("restartKind", camelCase(view.restart().kind().name()));
            root.addProperty("restartReason", view.restart().reason());
        }
        if (view.replicaState() != null) {
            root.addProperty("replicaState", camelCase(view.replicaState()));
        }
        final JsonArray classes = new JsonArray();
        now.ofClasses().forEach((chunkBytes, figures) -> classes.add(row(chunkBytes, figures)));
        root.add("sizeClasses", classes);
        return Json.render(root);
    }

    private static JsonObject row(int chunkBytes, Map<Metric, Long> figures) {
        final JsonObject row = new JsonObject();
        row.addProperty("chunkBytes", chunkBytes);
        figures.forEach(
                (metric, value) ->
                        row.addProperty(
                                camelCase(metric.name().substring(CLASS_PREFIX.length())), value));
        return row;
    }

    /** Returns a constant's name in camel case. */
    static String camelCase(String constant) {
        final StringBuilder name = new StringBuilder();
        for (final String word : constant.split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        name.setCharAt(0, Character.toLowerCase(name.charAt(0)));
        return name.toString();
    }
}
