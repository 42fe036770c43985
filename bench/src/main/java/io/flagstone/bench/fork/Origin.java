// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import com.google.gson.JsonObject;
import io.flagstone.bench.report.Page;
import io.flagstone.bench.report.Page.Fact;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
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
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

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
     * Begins a page with machine, commit and date below its heading, and with the warnings.
     *
     * @param title the title of the window.
     * @param heading the heading of the page.
     * @return the page.
     * @throws IOException if the style sheet is missing from the jar.
     */
    public Page beginPage(String title, String heading) throws IOException {
        return new Page(title, heading, byline()).warnings(warnings());
    }

    private String byline() {
        return String.join(
                " \u00b7 ",
                machine.cpu(),
                machine.processors() + (machine.processors() == 1 ? " core" : " cores"),
                "JDK " + machine.jdk(),
                "commit " + machine.commit(),
                DAY.format(date));
    }

    /**
     * Ends a page with the command and all that is known of the machine.
     *
     * @param page a page whose sections have all ended.
     * @param footer the text of the footer.
     * @return the whole page.
     */
    public String endPage(Page page, String footer) {
        return page.section("How to repeat it", "This command made the page:")
                .code(command)
                .facts(facts())
                .endSection()
                .render(footer);
    }

    private List<Fact> facts() {
        final List<Fact> facts = new ArrayList<>(machine.facts());
        facts.add(new Fact("date", DAY.format(date)));
        if (loadAverage >= 0) {
            facts.add(
                    new Fact(
                            "highest load average",
                            String.format(Locale.ROOT, "%.1f", loadAverage)));
        }
        return facts;
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
