// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

/** Slots could not be moved, because a shard refuses it or another mover was faster. */
public final class ShardMoveException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ShardMoveException(String message) {
        super(message);
    }
}
