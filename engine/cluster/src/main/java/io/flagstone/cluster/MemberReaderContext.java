// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.Aeron;
import io.flagstone.cluster.internal.AeronReadLinks;
import io.flagstone.cluster.internal.ReadLinks;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The settings of a {@link MemberReader}.
 *
 * <p>Not thread-safe.
 */
public final class MemberReaderContext extends CallContext<MemberReaderContext> {
    private Supplier<Aeron> aeron;
    private boolean ownsAeron;
    private List<String> memberChannels = List.of();
    private String responseChannel = "aeron:udp?endpoint=localhost:0";

    /** Creates settings without members. */
    public MemberReaderContext() {
        super(TimeUnit.SECONDS.toNanos(5), TimeUnit.MILLISECONDS.toNanos(100));
    }

    /**
     * Sets the client of a media driver. It stays open.
     *
     * @param client shared with others or not.
     * @return this.
     */
    public MemberReaderContext aeron(Aeron client) {
        Objects.requireNonNull(client, "client");
        this.aeron = () -> client;
        this.ownsAeron = false;
        return this;
    }

    /**
     * Sets the directory of a media driver. The reader has a client of its own.
     *
     * @param name of the directory.
     * @return this.
     */
    public MemberReaderContext aeronDirectory(String name) {
        Objects.requireNonNull(name, "name");
        this.aeron = () -> Aeron.connect(new Aeron.Context().aeronDirectoryName(name));
        this.ownsAeron = true;
        return this;
    }

    /**
     * Sets the members that may answer, the nearest one first. It need not be all of the cluster.
     *
     * @param channels of Aeron, such as {@link ClusterMemberContext#readChannels}.
     * @return this.
     */
    public MemberReaderContext memberChannels(List<String> channels) {
        this.memberChannels = List.copyOf(channels);
        return this;
    }

    /**
     * Sets where the members send their responses. Port 0 takes a free one. The default is {@code
     * aeron:udp?endpoint=localhost:0}, for members on this machine.
     *
     * @param channel of Aeron over UDP, with the name of this machine as the members know it.
     * @return this.
     */
    public MemberReaderContext responseChannel(String channel) {
        this.responseChannel = Objects.requireNonNull(channel, "channel");
        return this;
    }

    @Override
    MemberReaderContext self() {
        return this;
    }

    ReadLinks open() {
        if (aeron == null) {
            throw new IllegalArgumentException("set aeron or aeronDirectory");
        }
        if (memberChannels.isEmpty()) {
            throw new IllegalArgumentException("memberChannels must be set");
        }
        return new AeronReadLinks(aeron.get(), ownsAeron, memberChannels, responseChannel);
    }
}
