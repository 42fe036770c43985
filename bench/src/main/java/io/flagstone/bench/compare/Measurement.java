// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.Ability;
import io.flagstone.bench.contender.ContenderType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is measured, by the names that the command line and reports have for it. */
public enum Measurement {
    /** A hit. */
    GET("get", "get", "a hit, each key waiting for the value before it"),
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
    /** An insertion. Last, since it leaves nothing of the entries that the others read. */
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
     * By its name.
     *
     * @param title as {@link #title()}.
     * @return the measurement, if there is one of that name.
     */
    public static Optional<Measurement> of(String title) {
        return Arrays.stream(values()).filter(one -> one.title.equals(title)).findFirst();
    }

    /**
     * What they are called.
     *
     * @return all titles, in the order of reports.
     */
    public static List<String> titles() {
        return Arrays.stream(values()).map(Measurement::title).toList();
    }

    /**
     * Its name.
     *
     * @return lower case, with hyphens.
     */
    public String title() {
        return title;
    }

    /**
     * What one operation is.
     *
     * @return in a few words.
     */
    public String description() {
        return description;
    }

    /** The method of the JMH benchmark. */
    String method() {
        return method;
    }

    /**
     * Why a contender cannot be measured.
     *
     * @param type the contender.
     * @return the reason, if it cannot.
     */
    Optional<String> refusal(ContenderType type) {
        return needs.stream().filter(need -> !type.can(need)).map(Ability::lack).findFirst();
    }
}
