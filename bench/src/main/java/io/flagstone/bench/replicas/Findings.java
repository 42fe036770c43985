// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts findings and keeps the first few descriptions, as one fault may cause thousands. */
public final class Findings {
    /** The maximum number of descriptions. */
    static final int MAX_DESCRIBED = 10;

    private final Map<Finding, Long> counts = new EnumMap<>(Finding.class);
    private final List<String> described = new ArrayList<>();

    /** Adds a finding. */
    void add(Finding kind, String description) {
        add(kind, 1, List.of(description));
    }

    /** Adds findings of a kind, not all of which need a description. */
    void add(Finding kind, long number, List<String> descriptions) {
        if (number > 0) {
            counts.merge(kind, number, Long::sum);
            descriptions.stream().limit(MAX_DESCRIBED - described.size()).forEach(described::add);
        }
    }

    /**
     * Returns the number of findings of all kinds.
     *
     * @return the number.
     */
    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * Returns the number of findings by kind.
     *
     * @return a number for each kind that was found.
     */
    public Map<Finding, Long> counts() {
        return Collections.unmodifiableMap(counts);
    }

    /**
     * Returns the descriptions of the first findings.
     *
     * @return a few descriptions.
     */
    public List<String> described() {
        return Collections.unmodifiableList(described);
    }
}
