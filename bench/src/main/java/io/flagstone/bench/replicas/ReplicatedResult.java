// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.bench.verify.Differences;
import java.util.HexFormat;
import java.util.List;

/**
 * The result of a replicated replay.
 *
 * @param seed the seed of the trades at which processes were killed.
 * @param trades the number of trades of the tape.
 * @param tradesPerSecond the pace of the primaries.
 * @param verified whether the caches were compared with models and with the tape.
 * @param killedReplica the replica that was killed and started again.
 * @param promotion how a replica became the primary.
 * @param digest the digest of the last primary's cache.
 * @param entries the live entries of that cache.
 * @param changes the number of changes that the last primary sent.
 * @param replicas the replicas, by id; one of them is the last primary.
 * @param findings what differs; empty if nothing was compared.
 * @param configuration the effective settings of the caches.
 * @param wallNs the duration in nanoseconds.
 */
public record ReplicatedResult(
        long seed,
        long trades,
        int tradesPerSecond,
        boolean verified,
        KilledReplica killedReplica,
        Promotion promotion,
        long digest,
        long entries,
        long changes,
        List<Replica> replicas,
        Differences findings,
        EffectiveConfiguration configuration,
        long wallNs) {

    /**
     * The replica that was killed and started again.
     *
     * @param id its id.
     * @param trade how many trades the primary had told of when it was killed.
     * @param joinedNs nanoseconds from the start of its second run until it had everything.
     */
    public record KilledReplica(int id, long trade, long joinedNs) {}

    /**
     * The promotion.
     *
     * @param id the id of the replica.
     * @param primaryTrades how many trades the first primary had told of when it was killed.
     * @param published the last change that the primary had told of.
     * @param acknowledged the last change that this replica had acknowledged by then.
     * @param applied the last change that this replica had applied.
     * @param trade the number of the trade, from 1, during or after which the stream ended.
     * @param tradeApplied whether the promoted cache had that trade already.
     */
    public record Promotion(
            int id,
            long primaryTrades,
            long published,
            long acknowledged,
            long applied,
            long trade,
            boolean tradeApplied) {}

    /**
     * A replica.
     *
     * @param id its id.
     * @param promoted whether it was promoted.
     * @param digest the digest of its cache at the end.
     * @param entries its live entries at the end.
     * @param ownEvictions the entries that it evicted for lack of room.
     * @param gaps how often it missed a change, since it was started last.
     * @param stays the times in which it followed a primary.
     */
    public record Replica(
            int id,
            boolean promoted,
            long digest,
            long entries,
            long ownEvictions,
            long gaps,
            List<Stay> stays) {}

    /**
     * A time in which a replica followed a primary.
     *
     * @param primary the primary, for people.
     * @param end how it ended, for people.
     * @param joinedNs nanoseconds until the replica had everything: from the start of its process,
     *     or from the news that another replica was promoted.
     * @param lag how far it was behind.
     */
    public record Stay(String primary, String end, long joinedNs, Lag lag) {}

    /**
     * Returns whether nothing differs.
     *
     * @return false if there is a finding.
     */
    public boolean passed() {
        return findings.total() == 0;
    }

    /** Returns a digest as it is shown. */
    static String show(long digest) {
        return HexFormat.of().toHexDigits(digest);
    }
}
