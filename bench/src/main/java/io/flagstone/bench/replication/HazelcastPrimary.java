// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import org.agrona.MutableDirectBuffer;

/** The member that writes. A put returns when the member that owns the key has it. */
final class HazelcastPrimary implements Source {
    private final HazelcastMember member = new HazelcastMember("");

    @Override
    public String address() {
        return member.address();
    }

    @Override
    public void put(long key, MutableDirectBuffer value) {
        member.put(key, value);
    }

    @Override
    public void flush() {
        // Members send by themselves.
    }

    @Override
    public void close() {
        member.close();
    }
}
