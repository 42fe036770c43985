// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

/** Hears of each move of slots that has ended. */
@FunctionalInterface
public interface ShardMoveListener {
    /**
     * Called after a move, in the thread of the mover.
     *
     * @param map the map, without the move.
     * @param move the move, switched or aborted.
     * @param entries how many entries this mover has copied for it.
     */
    void onMove(SlotMap map, SlotMove move, long entries);
}
