package io.flagstone.bench.report;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.flagstone.bench.fork.Machine;

/** What all reports for machines have in common. */
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

    /**
     * Adds to a row where it was measured.
     *
     * @param row takes the fields.
     * @param machine where.
     */
    public static void add(JsonObject row, Machine machine) {
        row.addProperty("jdk", machine.jdk());
        row.addProperty("cpu", machine.cpu());
        row.addProperty("processors", machine.processors());
        row.addProperty("pageSizeBytes", machine.pageSizeBytes());
        row.addProperty("hugePages", machine.hugePages());
        row.addProperty("os", machine.os());
        row.addProperty("commit", machine.commit());
    }
}
