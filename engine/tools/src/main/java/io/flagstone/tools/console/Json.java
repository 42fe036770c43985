// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;

/** Renders reports as JSON. */
public final class Json {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

    private Json() {}

    /**
     * Renders a report.
     *
     * @param root the report.
     * @return indented JSON that ends with a line feed.
     */
    public static String render(JsonElement root) {
        return GSON.toJson(root) + "\n";
    }

    /**
     * Returns a number, or null for infinity and NaN, which JSON does not have.
     *
     * @param value any value.
     * @return the number, or null if it is not finite.
     */
    public static JsonElement number(double value) {
        return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
    }
}
