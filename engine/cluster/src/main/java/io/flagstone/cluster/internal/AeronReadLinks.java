// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Publication;
import io.aeron.Subscription;
import java.util.List;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;

/**
 * A reader's streams over Aeron. The reader owns its client of the media driver.
 *
 * <p>Not thread-safe. Allocates nothing, except for connections.
 */
public final class AeronReadLinks implements ReadLinks {
    private static final int FRAGMENTS_PER_POLL = 16;

    private final Aeron aeron;
    private final boolean ownsAeron;
    private final List<String> channels;
    private final ExclusivePublication[] publications;
    private final Subscription subscription;
    private final FragmentAssembler assembler;
    private ClusterConnection.MessageHandler handler;
    private String endpoint;

    /**
     * Opens the streams.
     *
     * @param aeron a client of a media driver.
     * @param ownsAeron whether to close it at the end.
     * @param channels of the members.
     * @param responseChannel of the responses.
     */
    public AeronReadLinks(
            Aeron aeron, boolean ownsAeron, List<String> channels, String responseChannel) {
        this.aeron = aeron;
        this.ownsAeron = ownsAeron;
        this.channels = channels;
        this.publications = new ExclusivePublication[channels.size()];
        this.assembler =
                new FragmentAssembler(
                        (buffer, offset, length, header) ->
                                handler.onMessage(buffer, offset, length));
        Subscription opened = null;
        boolean complete = false;
        try {
            opened = aeron.addSubscription(responseChannel, ReadStreams.STREAM_ID);
            for (int i = 0; i < publications.length; i++) {
                open(i);
            }
            complete = true;
        } finally {
            if (!complete) {
                CloseHelper.quietCloseAll(publications);
                CloseHelper.quietCloseAll(opened, ownsAeron ? aeron : null);
            }
        }
        this.subscription = opened;
    }

    private void open(int member) {
        publications[member] =
                aeron.addExclusivePublication(channels.get(member), ReadStreams.STREAM_ID);
    }

    @Override
    public int members() {
        return publications.length;
    }

    @Override
    public String endpoint() {
        if (endpoint == null) {
            endpoint = subscription.resolvedEndpoint();
        }
        return endpoint;
    }

    @Override
    public boolean isConnected(int member) {
        return publications[member].isConnected();
    }

    @Override
    public boolean offer(int member, DirectBuffer buffer, int length) {
        if (length > publications[member].maxMessageLength()) {
            return false;
        }
        final long result = Offers.once(publications[member], buffer, length);
        if (result == Publication.MAX_POSITION_EXCEEDED) {
            CloseHelper.quietClose(publications[member]);
            open(member);
        }
        return true;
    }

    @Override
    public int poll(ClusterConnection.MessageHandler messageHandler) {
        handler = messageHandler;
        return subscription.poll(assembler, FRAGMENTS_PER_POLL);
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(publications);
        CloseHelper.quietClose(subscription);
        if (ownsAeron) {
            CloseHelper.quietClose(aeron);
        }
    }
}
