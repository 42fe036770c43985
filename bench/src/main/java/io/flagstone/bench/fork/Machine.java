// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import com.google.gson.JsonObject;
import io.flagstone.bench.report.Page.Fact;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The machine and the build of a measurement.
 *
 * @param jdk version and vendor of the JDK.
 * @param cpu the processor's model.
 * @param processors the number of processors that the JVM sees.
 * @param pageSizeBytes the size of a base page, 0 if the system does not report it.
 * @param hugePages the mode of transparent huge pages.
 * @param os name and release of the operating system.
 * @param commit the sources' abbreviated commit, with {@code +} if they had changes.
 */
public record Machine(
        String jdk,
        String cpu,
        int processors,
        int pageSizeBytes,
        String hugePages,
        String os,
        String commit) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MAPPINGS = Path.of("/proc/self/smaps");
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final String COMMIT = "commit.properties";
    private static final String UNKNOWN = "unknown";

    /**
     * Describes this machine.
     *
     * @return its known properties.
     */
    public static Machine current() {
        return new Machine(
                System.getProperty("java.runtime.version")
                        + ", "
                        + System.getProperty("java.vm.vendor"),
                cpuModel(),
                Runtime.getRuntime().availableProcessors(),
                basePageBytes(),
                hugePageMode(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                commitOfBuild());
    }

    /**
     * Returns all properties in one line.
     *
     * @return a text for people.
     */
    public String describe() {
        return String.format(
                Locale.ROOT,
                "%s, %d processors, pages of %,d bytes, huge pages: %s; JDK %s; %s; commit %s",
                cpu,
                processors,
                pageSizeBytes,
                hugePages,
                jdk,
                os,
                commit);
    }

    /** Returns all properties with their names, for a page. */
    List<Fact> facts() {
        return List.of(
                new Fact("processor", cpu),
                new Fact("cores", "" + processors),
                new Fact("JDK", jdk),
                new Fact("system", os),
                new Fact(
                        "pages",
                        String.format(
                                Locale.ROOT,
                                "%,d bytes; huge pages: %s",
                                pageSizeBytes,
                                hugePages)),
                new Fact("commit", commit));
    }

    /**
     * Adds the fields to a row of a JSON report.
     *
     * @param row the row.
     */
    public void addTo(JsonObject row) {
        row.addProperty("jdk", jdk);
        row.addProperty("cpu", cpu);
        row.addProperty("processors", processors);
        row.addProperty("pageSizeBytes", pageSizeBytes);
        row.addProperty("hugePages", hugePages);
        row.addProperty("os", os);
        row.addProperty("commit", commit);
    }

    private static String cpuModel() {
        final Map<String, String> fields = fields(CPU_INFO);
        final String name = fields.getOrDefault("model name", System.getProperty("os.arch"));
        return fields.containsKey("cpu family")
                ? name
                        + " (family "
                        + fields.get("cpu family")
                        + ", model "
                        + fields.get("model")
                        + ")"
                : name;
    }

    /** Returns 0 if the system does not report it. */
    private static int basePageBytes() {
        final String kilobytes = fields(MAPPINGS).getOrDefault("KernelPageSize", "0 kB");
        return Integer.parseInt(kilobytes.replace(" kB", "")) << 10;
    }

    /** Returns the first value of each name. */
    private static Map<String, String> fields(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(line -> line.split(":", 2))
                    .filter(field -> field.length == 2)
                    .collect(
                            Collectors.toMap(
                                    field -> field[0].trim(),
                                    field -> field[1].trim(),
                                    (first, other) -> first));
        } catch (final IOException | UncheckedIOException unreadable) {
            return Map.of();
        }
    }

    /** Returns the chosen mode, which the kernel shows in brackets among all modes. */
    private static String hugePageMode() {
        try {
            final String modes = Files.readString(HUGE_PAGES);
            return modes.substring(modes.indexOf('[') + 1, modes.indexOf(']'));
        } catch (final IOException | StringIndexOutOfBoundsException unreadable) {
            return UNKNOWN;
        }
    }

    /** Reads the commit from the resource that the build puts next to this class. */
    private static String commitOfBuild() {
        try (InputStream in = Machine.class.getResourceAsStream(COMMIT)) {
            if (in == null) {
                return UNKNOWN;
            }
            final Properties properties = new Properties();
            properties.load(in);
            final String commit = properties.getProperty("git.commit.id.abbrev", UNKNOWN);
            return Boolean.parseBoolean(properties.getProperty("git.dirty"))
                    ? commit + "+"
                    : commit;
        } catch (IOException unreadable) {
            return UNKNOWN;
        }
    }
}
