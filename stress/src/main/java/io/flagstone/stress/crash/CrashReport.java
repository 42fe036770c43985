// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Counts kills and opens for each configuration, and prints them. */
final class CrashReport {
    /** The counts of one configuration. */
    private static final class Counts {
        private final Map<Phase, Integer> killed = new EnumMap<>(Phase.class);
        private int halted;
        private int closed;
        private long cold;
        private long warm;
        private long recovered;
        private long entries;
        private long operations;
        private long lastOpens = -1;
        private long openNs = TimeUnit.MILLISECONDS.toNanos(5);
        private long closeNs = TimeUnit.MILLISECONDS.toNanos(5);
        private long longestOpenNs;

        int killed() {
            return killed.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    private static final long PROGRESS_NS = TimeUnit.SECONDS.toNanos(10);

    private final CrashOptions options;
    private final PrintWriter out;
    private final Map<String, Counts> counts = new LinkedHashMap<>();
    private long startNs;
    private long progressNs;

    CrashReport(CrashOptions options, PrintWriter out) {
        this.options = options;
        this.out = out;
        options.configurations().forEach(used -> counts.put(used.name(), new Counts()));
    }

    void begin() {
        startNs = System.nanoTime();
        progressNs = startNs;
        out.println(options.commandLine());
        out.flush();
    }

    /** Returns the number of processes that were killed or halted. */
    int kills() {
        return counts.values().stream().mapToInt(Counts::killed).sum();
    }

    long usualOpenNs(CrashPlan plan) {
        return counts.get(plan.configuration().name()).openNs;
    }

    long usualCloseNs(CrashPlan plan) {
        return counts.get(plan.configuration().name()).closeNs;
    }

    void closed(CrashPlan plan, long ns) {
        counts.get(plan.configuration().name()).closeNs = ns;
    }

    /**
     * Counts a process.
     *
     * @param plan its plan.
     * @param ledger what it left.
     * @param killed whether it was killed or halted.
     * @param bySignal whether it was killed by a signal.
     */
    void ended(CrashPlan plan, Ledger ledger, boolean killed, boolean bySignal) {
        final Counts of = counts.get(plan.configuration().name());
        if (killed) {
            of.killed.merge(ledger.phase(), 1, Integer::sum);
            of.halted += bySignal ? 0 : 1;
        } else {
            of.closed++;
        }
        final long opens = ledger.get(LedgerDescriptor.OPENS);
        if (opens != of.lastOpens) {
            of.lastOpens = opens;
            final long kind = ledger.get(LedgerDescriptor.LAST_KIND);
            of.cold += kind == Kinds.COLD ? 1 : 0;
            of.warm += kind == Kinds.WARM ? 1 : 0;
            of.recovered += kind == Kinds.RECOVERED ? 1 : 0;
            of.entries += ledger.get(LedgerDescriptor.LAST_FOUND);
            of.openNs = ledger.get(LedgerDescriptor.LAST_OPEN_NS);
            of.longestOpenNs = Math.max(of.longestOpenNs, of.openNs);
        }
        of.operations = ledger.operations();
    }

    void progress() {
        final long nowNs = System.nanoTime();
        if (nowNs - progressNs > PROGRESS_NS) {
            progressNs = nowNs;
            out.printf("%6.0f s  %d kills%n", (nowNs - startNs) / 1e9, kills());
            out.flush();
        }
    }

    void print() {
        out.printf(
                "%-14s %6s %6s %6s %6s %6s %6s | %6s %6s %6s | %9s %12s %8s%n",
                "",
                "start",
                "check",
                "run",
                "close",
                "halted",
                "closed",
                "cold",
                "warm",
                "recov.",
                "entries",
                "operations",
                "open ms");
        counts.forEach(
                (name, of) ->
                        out.printf(
                                "%-14s %6d %6d %6d %6d %6d %6d | %6d %6d %6d | %9d %12d %8.1f%n",
                                name,
                                of.killed.getOrDefault(Phase.STARTING, 0)
                                        + of.killed.getOrDefault(Phase.OPENING, 0),
                                of.killed.getOrDefault(Phase.CHECKING, 0),
                                of.killed.getOrDefault(Phase.RUNNING, 0),
                                of.killed.getOrDefault(Phase.CLOSING, 0)
                                        + of.killed.getOrDefault(Phase.CLOSED, 0),
                                of.halted,
                                of.closed,
                                of.cold,
                                of.warm,
                                of.recovered,
                                of.entries,
                                of.operations,
                                of.longestOpenNs / 1e6));
        out.printf(
                "%d kills, %,d operations, in %.1f s%n",
                kills(), operations(), (System.nanoTime() - startNs) / 1e9);
        out.flush();
    }

    private long operations() {
        return counts.values().stream().mapToLong(of -> of.operations).sum();
    }

    void writeJson(Path file, String violation) throws IOException {
        final JsonObject json = new JsonObject();
        json.addProperty("command", options.commandLine());
        json.addProperty("java", System.getProperty("java.vm.version"));
        json.addProperty("violation", violation);
        json.addProperty("runSeconds", (System.nanoTime() - startNs) / 1e9);
        json.addProperty("kills", kills());
        json.addProperty("operationCount", operations());
        final JsonArray configurations = new JsonArray();
        counts.forEach(
                (name, of) -> {
                    final JsonObject one = new JsonObject();
                    one.addProperty("configuration", name);
                    final JsonObject killed = new JsonObject();
                    for (final Phase phase : Phase.values()) {
                        killed.addProperty(
                                phase.name().toLowerCase(Locale.ROOT),
                                of.killed.getOrDefault(phase, 0));
                    }
                    one.add("killed", killed);
                    one.addProperty("halted", of.halted);
                    one.addProperty("closed", of.closed);
                    one.addProperty("cold", of.cold);
                    one.addProperty("warm", of.warm);
                    one.addProperty("recovered", of.recovered);
                    one.addProperty("entriesChecked", of.entries);
                    one.addProperty("operationCount", of.operations);
                    one.addProperty("longestOpenNs", of.longestOpenNs);
                    configurations.add(one);
                });
        json.add("configurations", configurations);
        Files.writeString(
                file,
                new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(json)
                        + "\n");
    }
}
