// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.report.Table;
import java.util.List;
import java.util.Locale;

/**
 * The hottest methods of one contender in one measurement at one scale.
 *
 * @param measurement the measurement.
 * @param type the contender.
 * @param scale the scale.
 * @param methods the methods, or null if there are none.
 * @param refused why there are none, or null.
 */
public record Profile(
        Measurement measurement,
        ContenderType type,
        Scale scale,
        MethodSamples methods,
        String refused) {
    static final List<String> HEAD = List.of("method", "samples", "share");

    String title() {
        return "hottest methods of " + subject();
    }

    private String subject() {
        return type.title() + ", " + measurement.title() + ", " + scale.describe();
    }

    String description() {
        return refused == null ? methods.describe() : refused;
    }

    List<List<String>> rows() {
        return refused != null
                ? List.of()
                : methods.hottest().stream()
                        .map(
                                method ->
                                        List.of(
                                                method.name(),
                                                String.format(Locale.ROOT, "%,d", method.samples()),
                                                String.format(
                                                        Locale.ROOT,
                                                        "%.1f %%",
                                                        100 * methods.share(method))))
                        .toList();
    }

    /** Returns the measurement and why it has no methods. */
    String lack() {
        return subject() + ": " + description();
    }

    /** Returns the table of a page. */
    Table table() {
        final String caption = "Methods of " + subject() + ": " + description() + ".";
        return new Table(caption, HEAD).longNames().rows(rows());
    }

    JsonObject json() {
        final JsonObject row = new JsonObject();
        row.addProperty("benchmark", measurement.title());
        row.addProperty("impl", type.title());
        row.addProperty("entries", scale.entries());
        row.addProperty("valueBytes", scale.valueBytes());
        row.addProperty("keys", scale.keys());
        row.addProperty("threads", scale.threads());
        row.addProperty("refused", refused);
        final JsonArray hottest = new JsonArray();
        if (refused == null) {
            row.addProperty("samples", methods.samples());
            for (final MethodSamples.Method method : methods.hottest()) {
                final JsonObject one = new JsonObject();
                one.addProperty("method", method.name());
                one.addProperty("samples", method.samples());
                one.addProperty("share", methods.share(method));
                hottest.add(one);
            }
        }
        row.add("methods", hottest);
        return row;
    }
}
