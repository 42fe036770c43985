// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import io.aeron.Aeron;
import io.flagstone.OffHeapCache;
import io.flagstone.replication.CacheReplica;
import io.flagstone.replication.ReplicaState;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;

/** Flagstone's replica, whose reader is the thread that applies the changes. */
final class FlagstoneView implements View {
    private final Aeron aeron;
    private final CacheReplica replica;

    /**
     * Joins a primary.
     *
     * @param address of the primary.
     * @param id of the replica.
     */
    FlagstoneView(String address, int id) {
        final int space = address.indexOf(' ');
        final FlagstonePrimary.Channels channels =
                FlagstonePrimary.Channels.valueOf(address.substring(0, space));
        aeron =
                Aeron.connect(
                        new Aeron.Context()
                                .aeronDirectoryName(address.substring(space + 1))
                                .useConductorAgentInvoker(true));
        replica =
                CacheReplica.builder()
                        .cache(
                                OffHeapCache.builder()
                                        .memoryBytes(FlagstonePrimary.MEMORY_BYTES)
                                        .slabBytes(FlagstonePrimary.SLAB_BYTES)
                                        .expectedEntryBytes(Long.BYTES + Probe.LENGTH))
                        .replicaId(id)
                        .aeron(aeron)
                        .channel(channels.in)
                        .statusChannel(channels.statusOut)
                        .build();
    }

    @Override
    public boolean isReady() {
        return replica.state() == ReplicaState.LIVE;
    }

    @Override
    public int doWork() {
        return replica.doWork();
    }

    @Override
    public boolean read(long key, MutableDirectBuffer value) {
        return replica.cache().get(key, value, 0) == Probe.LENGTH;
    }

    @Override
    public void close() {
        CloseHelper.closeAll(replica, aeron);
    }
}
