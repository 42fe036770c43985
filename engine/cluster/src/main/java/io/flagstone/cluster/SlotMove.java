// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

/**
 * A move of slots from one shard to another that has begun and has not ended.
 *
 * @param id the version of the map that recorded it.
 * @param phase how far it is.
 * @param slots the slots.
 * @param source the shard that has had them.
 * @param target the shard that gets them.
 */
public record SlotMove(long id, Phase phase, SlotRange slots, int source, int target) {
    /** How far a move is. */
    public enum Phase {
        /** The source is to keep its slots frozen while their entries are copied. */
        COPYING,

        /** The target has the slots. */
        SWITCHED,

        /** The source keeps the slots. */
        ABORTED
    }

    SlotMove with(Phase next) {
        return new SlotMove(id, next, slots, source, target);
    }
}
