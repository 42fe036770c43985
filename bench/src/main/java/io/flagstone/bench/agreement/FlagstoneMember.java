// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.ClusterMember;
import io.flagstone.cluster.ClusterMemberContext;
import io.flagstone.cluster.ClusterServiceContext;
import io.flagstone.cluster.FlagstoneClusteredService;
import java.io.File;
import java.util.Collections;
import org.agrona.concurrent.UnsafeBuffer;

/** A member of Flagstone's cluster, with its media driver and archive. */
final class FlagstoneMember implements Member {
    private static final long MEMORY_BYTES = 64 << 20;
    private static final long HASH_SEED = 20_131_125;
    private static final int SYNC_DATA = 1;

    private final UnsafeBuffer key = new UnsafeBuffer(new byte[Long.BYTES]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[NumberedValue.LENGTH]);
    private final FlagstoneClusteredService service;
    private final ClusterMember member;

    /**
     * Starts a member.
     *
     * @param place where the members are.
     * @param id of this member.
     * @param dedicated whether each of its parts has a thread.
     */
    FlagstoneMember(Place place, int id, boolean dedicated) {
        service =
                new FlagstoneClusteredService(
                        new ClusterServiceContext()
                                .cache(
                                        OffHeapCache.builder()
                                                .memoryBytes(MEMORY_BYTES)
                                                .segments(1),
                                        HASH_SEED)
                                .window(place.window()));
        member =
                ClusterMember.launch(
                        members(place)
                                .memberId(id)
                                .aeronDirectory(place.memory() + "/member-" + id)
                                .directory(new File(place.directory(), "member-" + id))
                                .fileSyncLevel(place.sync() ? SYNC_DATA : 0)
                                .dedicatedThreads(dedicated),
                        service);
    }

    /** Returns where the members are. */
    static ClusterMemberContext members(Place place) {
        return new ClusterMemberContext()
                .hosts(Collections.nCopies(Place.MEMBERS, "127.0.0.1"))
                .basePort(place.basePort());
    }

    @Override
    public boolean isLeader() {
        return member.isLeader();
    }

    @Override
    public long number(long number) {
        key.putLong(0, number);
        final int length = service.peek(key, 0, Long.BYTES, value, 0, Long.MAX_VALUE, 0);
        return length < 0 ? NumberedValue.ABSENT : NumberedValue.read(value, 0, length);
    }
}
