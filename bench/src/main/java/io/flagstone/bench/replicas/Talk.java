// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import com.google.gson.Gson;
import io.flagstone.bench.replay.CacheSettings;
import io.flagstone.bench.replay.TapeSettings;
import io.flagstone.bench.verify.Differences;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The messages between the process that runs the replay and its nodes. A message is a line: the
 * name of the record and its fields as JSON.
 */
final class Talk {
    private static final Gson GSON = new Gson();
    private static final Map<String, Class<?>> KINDS =
            Stream.of(
                            Assignment.class,
                            Run.class,
                            Settle.class,
                            Promote.class,
                            Follow.class,
                            Finish.class,
                            Joined.class,
                            Progress.class,
                            Settled.class,
                            Promoted.class,
                            Finished.class)
                    .collect(Collectors.toUnmodifiableMap(Class::getSimpleName, kind -> kind));

    private Talk() {}

    /**
     * The first message to a node: what it is.
     *
     * @param id the id of the replica; 0 is the first primary.
     * @param primary whether the node is the first primary.
     * @param cache the settings of the cache.
     * @param hashSeed the seed of the cache's hash.
     * @param tape the settings of the book.
     * @param originNs the time of the first trade.
     * @param verify whether a primary compares its cache with a model.
     * @param tradesPerSecond the pace of a primary.
     * @param aeronDirectory the directory of the media driver.
     */
    record Assignment(
            int id,
            boolean primary,
            CacheSettings cache,
            long hashSeed,
            TapeSettings tape,
            long originNs,
            boolean verify,
            int tradesPerSecond,
            String aeronDirectory) {
        /** Returns the assignment of a replica with the same settings. */
        Assignment replica(int ofReplica) {
            return new Assignment(
                    ofReplica,
                    false,
                    cache,
                    hashSeed,
                    tape,
                    originNs,
                    verify,
                    tradesPerSecond,
                    aeronDirectory);
        }
    }

    /**
     * To a primary: makes trades.
     *
     * @param limit the number of trades, from the beginning of the tape, after which to wait.
     */
    record Run(long limit) {}

    /** To a replica: tells where it stands, once nothing more comes. */
    record Settle() {}

    /** To a replica: becomes a primary, and goes on with the trade of the marker. */
    record Promote() {}

    /**
     * To a replica: tells whose trades it follows, to measure how far it is behind.
     *
     * @param id the id of the primary.
     */
    record Follow(int id) {}

    /**
     * To a node: tells what its cache holds.
     *
     * @param tapeNs the time of the tape at which entries are live or expired.
     * @param acknowledgements how many replicas must have acknowledged all changes before; 0 if the
     *     node is no primary.
     */
    record Finish(long tapeNs, int acknowledgements) {}

    /**
     * From a replica: it has the whole state of a primary.
     *
     * @param epoch the primary's epoch.
     * @param tookNs nanoseconds since the replica began, or since it lost a primary.
     */
    record Joined(long epoch, long tookNs) {}

    /**
     * Differences that a node found.
     *
     * @param total their number.
     * @param described descriptions of the first ones.
     */
    record Found(long total, List<String> described) {
        static final Found NOTHING = new Found(0, List.of());

        static Found of(Differences differences) {
            return new Found(differences.total(), differences.described());
        }
    }

    /**
     * From a node, every few milliseconds.
     *
     * @param trades the number of trades made, by a primary.
     * @param number the number of the last change that was published or applied.
     * @param acknowledged the number of the last change that each replica acknowledged, by id.
     * @param found the answers that differed from the model of a primary, or the changes that did
     *     not follow from those before in a replica.
     * @param lag the lag of a replica since the last primary.
     */
    record Progress(
            long trades, long number, Map<Integer, Long> acknowledged, Found found, Lag lag) {}

    /**
     * From a replica whose primary died.
     *
     * @param number the number of the last change that it applied.
     * @param complete whether it has the whole state of the primary.
     * @param found the changes that did not follow from those before.
     * @param lag its lag behind that primary.
     */
    record Settled(long number, boolean complete, Found found, Lag lag) {}

    /**
     * From a replica that was promoted.
     *
     * @param number the number of the last change that it had applied.
     * @param epoch its epoch.
     * @param marker the number of the trade of the marker, -1 if there is none.
     * @param applied whether the trade of the marker was there already.
     * @param contents the entries before it went on, expired ones included.
     * @param resumed the live entries after the trade of the marker.
     * @param evictions how many live entries it had evicted by then, as a primary.
     */
    record Promoted(
            long number,
            long epoch,
            long marker,
            boolean applied,
            Contents contents,
            Contents resumed,
            long evictions) {}

    /**
     * From a node at the end.
     *
     * @param digest the digest of the cache.
     * @param contents its live entries.
     * @param evictions the live entries that it evicted as a primary.
     * @param ownEvictions the entries that it evicted as a replica.
     * @param gaps how often a replica missed a change, or a primary's feed was full.
     * @param changes the number of changes that a primary sent.
     * @param found as in {@link Progress}.
     * @param audit the finding of the audit, or null if it is clean.
     * @param lag the lag of a replica.
     */
    record Finished(
            long digest,
            Contents contents,
            long evictions,
            long ownEvictions,
            long gaps,
            long changes,
            Found found,
            String audit,
            Lag lag) {}

    static String encode(Object message) {
        return message.getClass().getSimpleName() + ' ' + GSON.toJson(message);
    }

    static Object decode(String line) {
        final int end = line.indexOf(' ');
        final Class<?> kind = end < 0 ? null : KINDS.get(line.substring(0, end));
        if (kind == null) {
            throw new IllegalArgumentException("not a message: " + line);
        }
        return GSON.fromJson(line.substring(end + 1), kind);
    }
}
