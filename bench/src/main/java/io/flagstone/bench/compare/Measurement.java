// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.Ability;
import io.flagstone.bench.contender.ContenderType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The operations that are measured, with their names on the command line and in reports. */
public enum Measurement {
    /** A hit. */
    GET("get", "get", "a hit; each key depends on the value before it"),
    /** A hit on an entry with a time to live. */
    GET_TTL(
            "get-ttl",
            "getTtl",
            "a hit on an entry with a time to live",
            Ability.WRITES,
            Ability.EXPIRES),
    /** A miss. */
    GET_MISS("get-miss", "getMiss", "a miss, not chained", Ability.MISSES),
    /** A batch of hits. */
    MULTI_GET("multi-get", "multiGet", "a key of a batch of 32, all hits", Ability.BATCHES),
    /** An update. */
    PUT_UPDATE("put-update", "putUpdate", "a new value of the same length", Ability.WRITES),
    /** Mostly reads. */
    MIXED_95("mixed-95", "mixed95", "95 hits to 5 updates", Ability.WRITES),
    /** Half reads. */
    MIXED_50("mixed-50", "mixed50", "as many hits as updates", Ability.WRITES),
    /** An insertion. Must be last, because it evicts the entries that the others read. */
    PUT_EVICT("put-evict", "putEvict", "a new key in a full cache", Ability.WRITES, Ability.EVICTS);

    private final String title;
    private final String method;
    private final String description;
    private final Set<Ability> needs;

    Measurement(String title, String method, String description, Ability... needs) {
        this.title = title;
        this.method = method;
        this.description = description;
        this.needs = EnumSet.noneOf(Ability.class);
        this.needs.addAll(Arrays.asList(needs));
    }

    /**
     * Finds a measurement by its title.
     *
     * @param title a title as in {@link #title()}.
     * @return the measurement, or empty if there is none with that title.
     */
    public static Optional<Measurement> of(String title) {
        return Arrays.stream(values()).filter(one -> one.title.equals(title)).findFirst();
    }

    /**
     * Returns the titles of all measurements.
     *
     * @return the titles, in the order of reports.
     */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Measurement::title).toList();
    }

    /**
     * Returns the name on the command line and in reports.
     *
     * @return the name in lower case, with hyphens.
     */
    public String title() {
        return title;
    }

    /**
     * Describes one operation.
     *
     * @return a few words.
     */
    public String description() {
        return description;
    }

    /** Returns whether the entries have times to live. */
    boolean isTimed() {
        return this == GET_TTL;
    }

    /** Returns the name of the method of the JMH benchmark. */
    String method() {
        return method;
    }

    /**
     * Returns why a contender cannot be measured.
     *
     * @param type the contender.
     * @return the reason, or empty if it can be measured.
     */
    Optional<String> refusal(ContenderType type) {
        return needs.stream().filter(need -> !type.can(need)).map(Ability::lack).findFirst();
    }
}
