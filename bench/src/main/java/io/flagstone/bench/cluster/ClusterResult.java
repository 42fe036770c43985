// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.cluster;

import java.util.List;

/**
 * The result of the tape in a cluster.
 *
 * @param seed the seed of the trade at which the leader was killed.
 * @param trades the number of trades that were acknowledged.
 * @param killedMember the leader that was killed.
 * @param killTrade how many trades had been acknowledged then.
 * @param newLeader the leader after that.
 * @param silenceNs the longest time between two answers, which contains the election.
 * @param joinedNs nanoseconds from the second start of the killed member until it had everything.
 * @param tapeNs nanoseconds from the first trade to the last answer.
 * @param levels the price levels in the cluster at the end.
 * @param lost the trades that were acknowledged and are not in the records at the end.
 * @param twice the trades that the records count in addition.
 * @param wrongAnswers the answers that were not those of the model.
 * @param wrongLevels the records that are not those of the model at the end.
 * @param equalMembers the members whose digest of a snapshot is the leader's, with the leader.
 * @param described the first differences.
 */
public record ClusterResult(
        long seed,
        long trades,
        int killedMember,
        long killTrade,
        int newLeader,
        long silenceNs,
        long joinedNs,
        long tapeNs,
        long levels,
        long lost,
        long twice,
        long wrongAnswers,
        long wrongLevels,
        int equalMembers,
        List<String> described) {

    /**
     * Returns the number of differences.
     *
     * @return answers and records that are not those of the model, and members that differ.
     */
    public long differences() {
        return wrongAnswers + wrongLevels + MemberNode.MEMBERS - equalMembers;
    }
}
