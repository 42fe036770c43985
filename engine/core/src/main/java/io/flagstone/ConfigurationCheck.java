// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.SizeSample;
import io.flagstone.internal.feed.ChangeRing;
import io.flagstone.internal.memory.DirectMemory;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.slab.SlabPlan;
import java.util.ArrayList;
import java.util.List;

/** Checks a configuration. Each check names all values that it finds wrong, and their limits. */
final class ConfigurationCheck {
    private final Settings settings;
    private final List<String> problems = new ArrayList<>();

    ConfigurationCheck(Settings settings) {
        this.settings = settings;
    }

    /** Checks each value by itself. */
    ConfigurationCheck singly() {
        settings.problems().forEach(problems::add);
        final Long memoryBytes = settings.number(Parameter.MEMORY_BYTES);
        check(settings.isGiven(Parameter.MEMORY_BYTES), "memoryBytes must be set");
        check(
                !settings.isGiven(Parameter.DEFAULT_TTL_NS)
                        || !settings.isGiven(Parameter.EXPIRE_AFTER_ACCESS_NS),
                "only one of defaultTtlNs and expireAfterAccessNs may be set: defaultTtlNs="
                        + settings.number(Parameter.DEFAULT_TTL_NS)
                        + ", expireAfterAccessNs="
                        + settings.number(Parameter.EXPIRE_AFTER_ACCESS_NS));
        final SizeSample sizeSample = settings.value(Parameter.SIZE_SAMPLE, null);
        if (sizeSample != null) {
            check(sizeSample.entries() > 0, "sizeSample must have entries: entries=0");
            final long largest =
                    sizeSample.entries() == 0 ? 0 : SlabPlan.largestLength(sizeSample.counts());
            check(
                    largest <= CacheBuilder.MAX_SLAB_BYTES,
                    "sizeSample must have no entry larger than the largest slab of "
                            + CacheBuilder.MAX_SLAB_BYTES
                            + " bytes: largest="
                            + largest);
        }
        check(
                !settings.isOn(Parameter.HUGE_PAGES)
                        || memoryBytes == null
                        || memoryBytes >= CacheBuilder.MIN_HUGE_BYTES,
                "memoryBytes must be at least "
                        + CacheBuilder.MIN_HUGE_BYTES
                        + " for hugePages: memoryBytes="
                        + memoryBytes);
        for (final Parameter parameter :
                List.of(
                        Parameter.BUILD_PROGRESS,
                        Parameter.CLOCK,
                        Parameter.ERROR_HANDLER,
                        Parameter.EPOCH_CLOCK,
                        Parameter.RESTART_LISTENER)) {
            check(
                    settings.<Object>value(parameter, this) != null,
                    parameter.title + " must not be null");
        }
        return fail();
    }

    /** Checks that each segment gets a valid share. */
    ConfigurationCheck shares(int count) {
        final long memoryBytes = settings.number(Parameter.MEMORY_BYTES);
        final long maxEntries = settings.number(Parameter.MAX_ENTRIES);
        check(
                memoryBytes / count <= Region.MAX_BYTES,
                "memoryBytes must be at most "
                        + Region.MAX_BYTES
                        + " for each segment, so raise segments: memoryBytes="
                        + memoryBytes
                        + ", segments="
                        + count);
        check(
                maxEntries >= count,
                "maxEntries must be at least one for each segment: maxEntries="
                        + maxEntries
                        + ", segments="
                        + count);
        final long limit = DirectMemory.limitBytes();
        check(
                memoryBytes <= limit || !settings.isUnset(Parameter.DIRECTORY),
                "memoryBytes must be at most the JVM's limit on direct memory of "
                        + limit
                        + " bytes, of which "
                        + DirectMemory.usedBytes()
                        + " are in use, so raise "
                        + DirectMemory.option()
                        + ": memoryBytes="
                        + memoryBytes);
        return fail();
    }

    /** Checks that the feed of changes, if any, has room for the largest entry. */
    void feed(int maxEntryBytes) {
        final Long bytes = settings.number(Parameter.CHANGE_FEED_BYTES);
        final int least = ChangeRing.leastCapacity(maxEntryBytes);
        check(
                bytes == null || bytes >= least,
                "changeFeedBytes must be at least "
                        + least
                        + " for entries of up to "
                        + maxEntryBytes
                        + " bytes: changeFeedBytes="
                        + bytes);
    }

    /** Notes a problem unless a condition holds. */
    void check(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    /**
     * Ends a check.
     *
     * @throws IllegalArgumentException if there are problems.
     */
    ConfigurationCheck fail() {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
        return this;
    }
}
