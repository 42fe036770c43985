// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;

/** Renders reports for scripts. */
public final class Json {
    private static final Gson GSON =
            new GsonBuilder().setPrettyPrinting().serializeNulls().disableHtmlEscaping().create();

    private Json() {}

    /**
     * Renders a report.
     *
     * @param root the whole of it.
     * @return indented, with a line's end.
     */
    public static String render(JsonElement root) {
        return GSON.toJson(root) + "\n";
    }

    /**
     * A number, for which JSON has no infinity and no NaN.
     *
     * @param value any.
     * @return the number, or null if it is none.
     */
    public static JsonElement number(double value) {
        return Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
    }
}
