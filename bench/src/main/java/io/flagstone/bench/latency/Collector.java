// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A garbage collector to run under. */
public enum Collector {
    /** The JVM's usual. */
    G1("g1", "-XX:+UseG1GC"),
    /** The one for short pauses. */
    ZGC("zgc", "-XX:+UseZGC");

    private final String title;
    private final String flag;

    Collector(String title, String flag) {
        this.title = title;
        this.flag = flag;
    }

    /**
     * By its name.
     *
     * @param title as {@link #title()}.
     * @return the collector, if there is one of that name.
     */
    public static Optional<Collector> of(String title) {
        return Arrays.stream(values()).filter(one -> one.title.equals(title)).findFirst();
    }

    /**
     * Their names.
     *
     * @return in the order of reports.
     */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Collector::title).toList();
    }

    /**
     * Its name.
     *
     * @return lower case.
     */
    public String title() {
        return title;
    }

    String flag() {
        return flag;
    }
}
