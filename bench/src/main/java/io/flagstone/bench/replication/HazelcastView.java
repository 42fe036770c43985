// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import org.agrona.MutableDirectBuffer;

/** Another member, whose reader is a thread of its process. */
final class HazelcastView implements View {
    private final HazelcastMember member;

    HazelcastView(String address) {
        member = new HazelcastMember(address);
    }

    @Override
    public boolean isReady() {
        return member.members() > 1;
    }

    @Override
    public boolean read(long key, MutableDirectBuffer value) {
        return member.read(key, value);
    }

    @Override
    public void close() {
        member.close();
    }
}
