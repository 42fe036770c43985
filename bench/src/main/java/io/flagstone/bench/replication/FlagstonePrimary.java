// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import io.aeron.Aeron;
import io.flagstone.OffHeapCache;
import io.flagstone.bench.fork.AeronDriver;
import io.flagstone.replication.CachePublisher;
import java.io.IOException;
import org.agrona.CloseHelper;
import org.agrona.MutableDirectBuffer;

/** Flagstone's primary: one thread writes and publishes, over a media driver in this process. */
final class FlagstonePrimary implements Source {
    static final int MEMORY_BYTES = 64 << 20;

    /** Small slabs, so that the longest change is short and the feed may be small. */
    static final int SLAB_BYTES = 64 << 10;

    private static final int FEED_BYTES = 4 << 20;

    private final String channels;
    private final AeronDriver driver;
    private final Aeron aeron;
    private final OffHeapCache cache;
    private final CachePublisher publisher;
    private final int roomBytes;

    /** Starts a primary over these channels. */
    FlagstonePrimary(Channels channels) throws IOException {
        this.channels = channels.name();
        this.driver = AeronDriver.start();
        this.aeron =
                Aeron.connect(
                        new Aeron.Context()
                                .aeronDirectoryName(driver.aeronDirectory())
                                .useConductorAgentInvoker(true));
        this.cache =
                OffHeapCache.builder()
                        .memoryBytes(MEMORY_BYTES)
                        .slabBytes(SLAB_BYTES)
                        .expectedEntryBytes(Long.BYTES + Probe.LENGTH)
                        .changeFeedBytes(FEED_BYTES)
                        .build();
        this.publisher =
                CachePublisher.builder()
                        .cache(cache)
                        .aeron(aeron)
                        .channel(channels.out)
                        .statusChannel(channels.statusIn)
                        .build();
        this.roomBytes = cache.changeFeed().capacityBytes() / 2;
    }

    @Override
    public String address() {
        return channels + " " + driver.aeronDirectory();
    }

    @Override
    public void put(long key, MutableDirectBuffer value) {
        // A full feed would drop changes and begin again; so the writer waits for the replicas.
        while (cache.changeFeed().pendingBytes() > roomBytes) {
            flush();
        }
        cache.put(key, value, 0, Probe.LENGTH);
    }

    @Override
    public void flush() {
        publisher.doWork();
    }

    @Override
    public void close() {
        CloseHelper.closeAll(publisher, cache, aeron, driver);
    }

    /** The channels of a primary and its replicas. */
    enum Channels {
        /** Shared memory. */
        IPC(
                "aeron:ipc?term-length=1m",
                "aeron:ipc?tether=false",
                "aeron:ipc?term-length=64k",
                "aeron:ipc"),

        /** The loopback interface; the primary waits for the slowest replica. */
        UDP(
                "aeron:udp?control=127.0.0.1:24860|control-mode=dynamic|fc=min|term-length=1m",
                "aeron:udp?endpoint=127.0.0.1:0|control=127.0.0.1:24860|control-mode=dynamic",
                "aeron:udp?endpoint=127.0.0.1:24861|term-length=64k",
                "aeron:udp?endpoint=127.0.0.1:24861");

        final String out;
        final String in;
        final String statusOut;
        final String statusIn;

        Channels(String out, String in, String statusOut, String statusIn) {
            this.out = out;
            this.in = in;
            this.statusOut = statusOut;
            this.statusIn = statusIn;
        }
    }
}
