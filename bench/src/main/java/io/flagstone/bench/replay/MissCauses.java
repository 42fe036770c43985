// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/**
 * Why the requests of a replay missed.
 *
 * @param neverWritten misses of keys that nothing had written before.
 * @param stale misses of keys whose time to live was over.
 * @param evicted misses of keys that were written and not stale: the cache had no room to keep
 *     them, or did not admit them.
 */
public record MissCauses(long neverWritten, long stale, long evicted) {
    /**
     * Returns the number of misses.
     *
     * @return the sum of all causes.
     */
    public long total() {
        return neverWritten + stale + evicted;
    }
}
