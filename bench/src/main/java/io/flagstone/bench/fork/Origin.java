// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * The origin of figures: the machine, the command, its date, and how busy the machine was.
 *
 * @param machine the machine and the build.
 * @param command the command line that repeats the run.
 * @param date the time of the report.
 * @param loadAverage the highest load average of the last minute that was seen during the run;
 *     negative if the system has none.
 */
public record Origin(Machine machine, String command, Instant date, double loadAverage) {
    /**
     * Describes a run on this machine that ends now.
     *
     * @param command the command line.
     * @param load the load of the machine during the run.
     * @return the origin of its figures.
     */
    public static Origin of(String command, Load load) {
        return new Origin(
                Machine.current(),
                command,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                load.highest());
    }

    /**
     * Returns why the figures should not be trusted.
     *
     * @return warnings for people; empty if there is no reason.
     */
    public List<String> warnings() {
        if (loadAverage <= machine.processors()) {
            return List.of();
        }
        return List.of(
                String.format(
                        Locale.ROOT,
                        "Warning: the machine was busy, with a load average of %.1f on %d"
                                + " processors. Repeat the run on an idle machine.",
                        loadAverage,
                        machine.processors()));
    }

    /**
     * Prints the machine and the warnings.
     *
     * @param out where to print.
     */
    public void print(PrintWriter out) {
        out.println(machine.describe());
        warnings().forEach(out::println);
    }

    /**
     * Adds the machine, the command, the date and the load to a JSON report.
     *
     * @param root the report.
     */
    public void addTo(JsonObject root) {
        root.addProperty("command", command);
        root.addProperty("date", date.toString());
        machine.addTo(root);
        if (loadAverage >= 0) {
            root.addProperty("loadAverage", loadAverage);
        }
    }
}
