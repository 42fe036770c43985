// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts differences and describes the first few: one fault may show in millions of requests. */
public final class Differences {
    /** How many are described. */
    public static final int MAX_DESCRIBED = 10;

    private final Map<Difference, Long> counts = new EnumMap<>(Difference.class);
    private final List<String> described = new ArrayList<>();
    private long total;

    /**
     * Adds one.
     *
     * @param kind its kind.
     * @param description what, where, and what was expected.
     */
    void add(Difference kind, String description) {
        total++;
        counts.merge(kind, 1L, Long::sum);
        if (described.size() < MAX_DESCRIBED) {
            described.add(description);
        }
    }

    /**
     * How many there are.
     *
     * @return the number of all kinds.
     */
    public long total() {
        return total;
    }

    /**
     * How many of a kind there are.
     *
     * @param kind the kind.
     * @return the number.
     */
    public long count(Difference kind) {
        return counts.getOrDefault(kind, 0L);
    }

    /**
     * The kinds found.
     *
     * @return the number of each that is not zero.
     */
    public Map<Difference, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /**
     * The first ones.
     *
     * @return at most {@link #MAX_DESCRIBED} descriptions.
     */
    public List<String> described() {
        return Collections.unmodifiableList(described);
    }
}
