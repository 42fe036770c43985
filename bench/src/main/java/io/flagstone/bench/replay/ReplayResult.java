// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.MemoryReport;
import io.flagstone.bench.verify.Differences;
import java.util.List;

/**
 * What a replay found out.
 *
 * @param steps trades or requests replayed.
 * @param hits lookups that found a value.
 * @param misses lookups that did not.
 * @param hitBytes bytes of the values that gets found.
 * @param ideal what an ideal cache would have found; null where none was asked for.
 * @param tooLarge puts refused because the entry was too large for the cache.
 * @param heldBack steps whose time lay before that of an earlier one.
 * @param statistics the cache's own counts.
 * @param memory where the cache's memory went.
 * @param audit the verdict on the cache's structures at the end.
 * @param latencies how long the operations took.
 * @param wallNs how long the replay took, reading and checking included.
 * @param samples the course of the replay.
 * @param differences from the model; null where none was asked for.
 * @param orderChecked whether the order of evictions was held against the model's.
 */
public record ReplayResult(
        long steps,
        long hits,
        long misses,
        long hitBytes,
        Ideal ideal,
        long tooLarge,
        long heldBack,
        CacheStatistics statistics,
        MemoryReport memory,
        AuditResult audit,
        Latencies latencies,
        long wallNs,
        List<Sample> samples,
        Differences differences,
        boolean orderChecked) {

    /**
     * What exact least-recently-used order over the same bytes finds, nothing rounded.
     *
     * @param hits lookups that found a value.
     * @param hitBytes bytes of those values.
     */
    public record Ideal(long hits, long hitBytes) {}

    /**
     * The lookups made.
     *
     * @return hits and misses.
     */
    public long requests() {
        return hits + misses;
    }

    /**
     * The share of lookups that hit.
     *
     * @return 0 where there were none.
     */
    public double hitRatio() {
        return requests() == 0 ? 0.0 : (double) hits / requests();
    }

    /**
     * Whether nothing was found amiss.
     *
     * @return false where the audit failed or the model differs.
     */
    public boolean passed() {
        return audit.clean() && (differences == null || differences.total() == 0);
    }
}
