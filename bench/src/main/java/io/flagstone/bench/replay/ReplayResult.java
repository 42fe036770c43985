// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.MemoryReport;
import io.flagstone.bench.verify.Differences;
import java.util.List;

/**
 * The result of a replay.
 *
 * @param steps the number of trades or requests replayed.
 * @param hits the requests that found a value.
 * @param misses the requests that found none.
 * @param hitBytes the bytes of the values that gets found.
 * @param ideal the hits of an ideal cache, or null if it was not asked for.
 * @param tooLarge the puts refused because the entry was too large for the cache.
 * @param heldBack the steps whose time was before that of an earlier step.
 * @param statistics the statistics of the cache.
 * @param memory the memory report of the cache at the end.
 * @param audit the audit of the cache's structures at the end.
 * @param latencies the latencies of the operations.
 * @param wallNs the duration of the replay in nanoseconds, including reading and checks.
 * @param samples the samples taken during the replay.
 * @param differences the differences from the model, or null if it was not asked for.
 * @param orderChecked whether the order of all evictions was compared with the model.
 * @param missCauses why requests missed, or null if it is not known.
 * @param staleQuote a quote read before and after its time to live, or null if there is none.
 * @param configuration the effective settings of the cache.
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
        boolean orderChecked,
        MissCauses missCauses,
        StaleQuote staleQuote,
        EffectiveConfiguration configuration) {

    /**
     * The hits of exact least-recently-used order with the same bytes, without rounding.
     *
     * @param hits the requests that found a value.
     * @param hitBytes the bytes of those values.
     */
    public record Ideal(long hits, long hitBytes) {}

    /**
     * Returns the number of requests.
     *
     * @return hits and misses together.
     */
    public long requests() {
        return hits + misses;
    }

    /**
     * Returns the share of requests that hit.
     *
     * @return the hit ratio, or 0 if there were no requests.
     */
    public double hitRatio() {
        return requests() == 0 ? 0.0 : (double) hits / requests();
    }

    /**
     * Returns whether the audit is clean, the cache does not differ from the model, and the stale
     * quote was a miss.
     *
     * @return false if there is a problem.
     */
    public boolean passed() {
        return audit.clean()
                && (differences == null || differences.total() == 0)
                && (staleQuote == null || !staleQuote.foundAfter());
    }
}
