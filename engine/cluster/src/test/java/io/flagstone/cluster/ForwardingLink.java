// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.Operation;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Passes calls on to another link. */
class ForwardingLink implements ShardLink {
    private final ShardLink link;

    ForwardingLink(ShardLink link) {
        this.link = link;
    }

    @Override
    public Outcome call(
            Operation operation,
            int index,
            long operand,
            long expected,
            DirectBuffer value,
            int valueLength,
            MutableDirectBuffer target) {
        return link.call(operation, index, operand, expected, value, valueLength, target);
    }

    @Override
    public long number() {
        return link.number();
    }

    @Override
    public int length() {
        return link.length();
    }
}
