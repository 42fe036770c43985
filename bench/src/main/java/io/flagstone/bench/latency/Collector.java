// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A garbage collector that contenders run under. */
public enum Collector {
    /** G1, the JVM's default. */
    G1("g1", "-XX:+UseG1GC"),
    /** ZGC, the collector with short pauses. */
    ZGC("zgc", "-XX:+UseZGC");

    private final String title;
    private final String flag;

    Collector(String title, String flag) {
        this.title = title;
        this.flag = flag;
    }

    /**
     * Finds a collector by its name.
     *
     * @param title the name, as {@link #title()} returns it.
     * @return the collector, if one has that name.
     */
    public static Optional<Collector> of(String title) {
        return Arrays.stream(values()).filter(one -> one.title.equals(title)).findFirst();
    }

    /**
     * Returns the names of all collectors.
     *
     * @return all titles, in the order of reports.
     */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Collector::title).toList();
    }

    /**
     * Returns the collector's name.
     *
     * @return the name, in lower case.
     */
    public String title() {
        return title;
    }

    String flag() {
        return flag;
    }
}
