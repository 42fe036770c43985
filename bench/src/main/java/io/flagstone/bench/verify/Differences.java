// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import io.flagstone.tools.console.Units;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts differences and keeps the first few descriptions, as one fault may cause millions. */
public final class Differences {
    /** The maximum number of descriptions. */
    public static final int MAX_DESCRIBED = 10;

    private final Map<Kind, Long> counts = new LinkedHashMap<>();
    private final List<String> described = new ArrayList<>();

    /** A way in which something can differ from what is expected. */
    public interface Kind {
        /**
         * Returns the name of such differences in a report.
         *
         * @return a plural.
         */
        String title();
    }

    /**
     * Adds a difference.
     *
     * @param kind its kind.
     * @param description what happened, where, and what was expected.
     */
    public void add(Kind kind, String description) {
        counts.merge(kind, 1L, Long::sum);
        describe(description);
    }

    /**
     * Adds differences of a kind that were counted elsewhere.
     *
     * @param kind their kind.
     * @param number their number; may be 0.
     * @param descriptions descriptions of the first ones.
     */
    public void add(Kind kind, long number, List<String> descriptions) {
        if (number > 0) {
            counts.merge(kind, number, Long::sum);
            descriptions.forEach(this::describe);
        }
    }

    private void describe(String description) {
        if (described.size() < MAX_DESCRIBED) {
            described.add(description);
        }
    }

    /**
     * Returns the number of differences of all kinds.
     *
     * @return the number.
     */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Returns the number of differences of a kind.
     *
     * @param kind the kind.
     * @return the number.
     */
    public long count(Kind kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /**
     * Returns the number of differences by kind.
     *
     * @return a number for each kind that was found, in the order in which they were found.
     */
    public Map<Kind, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    private List<String> titles() {
        return counts.entrySet().stream()
                .map(count -> Units.count(count.getValue()) + " " + count.getKey().title())
                .toList();
    }

    /**
     * Returns the differences for people.
     *
     * @return a line for each kind that was found, and then the first descriptions.
     */
    public List<String> lines() {
        final List<String> lines = new ArrayList<>(titles());
        lines.addAll(described);
        return lines;
    }

    /**
     * Prints {@link #lines}.
     *
     * @param out where to print.
     */
    public void print(PrintWriter out) {
        titles().forEach(title -> out.println("  " + title));
        described.forEach(text -> out.println("  - " + text));
    }

    /**
     * Returns the descriptions of the first differences.
     *
     * @return at most {@link #MAX_DESCRIBED} descriptions.
     */
    public List<String> described() {
        return Collections.unmodifiableList(described);
    }
}
