// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts differences and keeps the first few descriptions, as one fault may cause millions. */
public final class Differences {
    /** The maximum number of descriptions. */
    public static final int MAX_DESCRIBED = 10;

    private final Map<Difference, Long> counts = new EnumMap<>(Difference.class);
    private final List<String> described = new ArrayList<>();
    private long total;

    /**
     * Adds a difference.
     *
     * @param kind its kind.
     * @param description what happened, where, and what was expected.
     */
    void add(Difference kind, String description) {
        total++;
        counts.merge(kind, 1L, Long::sum);
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
        return total;
    }

    /**
     * Returns the number of differences of a kind.
     *
     * @param kind the kind.
     * @return the number.
     */
    public long count(Difference kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /**
     * Returns the number of differences by kind.
     *
     * @return a number for each kind that was found.
     */
    public Map<Difference, Long> counts() {
        return Collections.unmodifiableMap(counts);
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
