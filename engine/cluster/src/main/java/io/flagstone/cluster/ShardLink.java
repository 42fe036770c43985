// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.Operation;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Sends requests to a shard itself, one after the other. */
interface ShardLink {
    /**
     * Sends a request and waits for its response.
     *
     * @param index a segment, the slots of a move, the bytes of a page, or the number of a shard.
     * @param operand the move, or a version of the map.
     * @param expected a cursor, or a version of the map.
     * @param target receives the value of the response, from its begin on.
     * @return how it ended.
     * @throws IllegalArgumentException if the request is longer than the channel allows.
     */
    Outcome call(
            Operation operation,
            int index,
            long operand,
            long expected,
            DirectBuffer value,
            int valueLength,
            MutableDirectBuffer target);

    /** Returns the number of the last response. */
    long number();

    /** Returns the length of the last response's value. */
    int length();
}
