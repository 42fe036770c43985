// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.flagstone.cluster.codec.ClientStateDecoder;
import io.flagstone.cluster.codec.ClientStateEncoder;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.ServiceStateDecoder;
import io.flagstone.cluster.codec.ServiceStateEncoder;
import io.flagstone.cluster.codec.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The clients that the cluster knows, with the outcomes of their requests. A part of the state of
 * every member, and of snapshots.
 *
 * <p>The number of clients is bounded. A client that was idle for long makes room for a new one; no
 * other is dropped, because its requests might then take effect twice.
 *
 * <p>Not thread-safe. Allocates when a client registers, and for snapshots.
 */
public final class ClientTable {
    private static final int OUTCOMES_PER_MESSAGE = 128;

    private final Long2ObjectHashMap<Outcomes> clients = new Long2ObjectHashMap<>();
    private final int maxClients;
    private final int window;
    private final long idleNs;
    private int shardParts;

    /** Creates an empty table. */
    public ClientTable(int maxClients, int window, long idleNs) {
        this.maxClients = maxClients;
        this.window = window;
        this.idleNs = idleNs;
    }

    /**
     * Makes a client known. A client that registers again keeps its outcomes.
     *
     * @return false if there is no room.
     */
    public boolean register(long clientId, long nowNs) {
        if (clients.containsKey(clientId)) {
            return true;
        }
        if (clients.size() >= maxClients && !dropIdle(nowNs)) {
            return false;
        }
        clients.put(clientId, new Outcomes(clientId, window, nowNs));
        return true;
    }

    /** Drops the client that has been idle longest, if that is long enough. */
    private boolean dropIdle(long nowNs) {
        Outcomes longest = null;
        for (final Outcomes client : clients.values()) {
            if (longest == null
                    || client.lastActiveNs() < longest.lastActiveNs()
                    || client.lastActiveNs() == longest.lastActiveNs()
                            && client.clientId() < longest.clientId()) {
                longest = client;
            }
        }
        if (longest == null || nowNs - longest.lastActiveNs() < idleNs) {
            return false;
        }
        clients.remove(longest.clientId());
        return true;
    }

    /** Forgets a client that has left. */
    public void unregister(long clientId) {
        clients.remove(clientId);
    }

    /** Returns a client's outcomes, or null if the client is not known. */
    public Outcomes get(long clientId) {
        return clients.get(clientId);
    }

    /** Returns the number of clients. */
    public int size() {
        return clients.size();
    }

    /** Returns the requests that a client may have under way. */
    public int window() {
        return window;
    }

    /**
     * Writes the table to a snapshot.
     *
     * @param parts how many messages of the shard's state the caller will write after it.
     */
    public void save(
            ExclusivePublication publication,
            IdleStrategy idle,
            SnapshotIdentity snapshot,
            int parts) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[4096]);
        final MessageHeaderEncoder header = new MessageHeaderEncoder();
        final List<Outcomes> all = new ArrayList<>(clients.values());
        all.sort(Comparator.comparingLong(Outcomes::clientId));
        final ServiceStateEncoder service = new ServiceStateEncoder();
        service.wrapAndApplyHeader(buffer, 0, header)
                .snapshotNumber(snapshot.number())
                .digest(snapshot.digest())
                .entries(snapshot.entries())
                .window(window)
                .messages(all.stream().mapToInt(ClientTable::messages).sum())
                .shardParts(parts);
        Offers.offer(publication, idle, buffer, service.encodedLength() + header.encodedLength());
        for (final Outcomes client : all) {
            for (int slot = 0; slot < window; slot += OUTCOMES_PER_MESSAGE) {
                Offers.offer(publication, idle, buffer, encode(client, slot, buffer, header));
            }
        }
    }

    private static int messages(Outcomes client) {
        return (client.window() + OUTCOMES_PER_MESSAGE - 1) / OUTCOMES_PER_MESSAGE;
    }

    private static int encode(
            Outcomes client, int firstSlot, UnsafeBuffer buffer, MessageHeaderEncoder header) {
        final int end = Math.min(client.window(), firstSlot + OUTCOMES_PER_MESSAGE);
        int count = 0;
        for (int slot = firstSlot; slot < end; slot++) {
            count += client.sequenceAt(slot) >= 0 ? 1 : 0;
        }
        final ClientStateEncoder encoder = new ClientStateEncoder();
        final ClientStateEncoder.OutcomesEncoder outcomes =
                encoder.wrapAndApplyHeader(buffer, 0, header)
                        .clientId(client.clientId())
                        .lastActiveNs(client.lastActiveNs())
                        .oldest(client.oldest())
                        .outcomesCount(count);
        for (int slot = firstSlot; slot < end; slot++) {
            final long sequence = client.sequenceAt(slot);
            if (sequence >= 0) {
                outcomes.next()
                        .sequence(sequence)
                        .number(client.number(sequence))
                        .status(Status.get(client.status(sequence)));
            }
        }
        return encoder.encodedLength() + header.encodedLength();
    }

    /**
     * Reads the table from a snapshot.
     *
     * @return what the snapshot says of itself.
     * @throws IllegalStateException if it is damaged, or of members with another window.
     */
    public SnapshotIdentity load(Image image, IdleStrategy idle) {
        final Loader loader = new Loader();
        SnapshotReader.poll(
                image,
                new FragmentAssembler(
                        (buffer, offset, length, header) -> loader.onMessage(buffer, offset)),
                idle,
                () -> loader.left == 0);
        return loader.identity;
    }

    /** Returns how many messages of the shard's state follow the table that was loaded. */
    public int shardParts() {
        return shardParts;
    }

    /** Reads the messages of a table. */
    private final class Loader {
        private final MessageHeaderDecoder header = new MessageHeaderDecoder();
        private SnapshotIdentity identity;
        private int left = -1;

        void onMessage(DirectBuffer buffer, int offset) {
            header.wrap(buffer, offset);
            if (left < 0 && header.templateId() == ServiceStateDecoder.TEMPLATE_ID) {
                onService(buffer, offset);
            } else if (left > 0 && header.templateId() == ClientStateDecoder.TEMPLATE_ID) {
                onClient(buffer, offset);
                left--;
            } else {
                throw new IllegalStateException(
                        "the snapshot is damaged: template=" + header.templateId());
            }
        }

        private void onService(DirectBuffer buffer, int offset) {
            final ServiceStateDecoder service = new ServiceStateDecoder();
            service.wrapAndApplyHeader(buffer, offset, header);
            if (service.window() != window) {
                throw new IllegalStateException(
                        "window must be that of the snapshot, "
                                + service.window()
                                + ": window="
                                + window);
            }
            identity =
                    new SnapshotIdentity(
                            service.snapshotNumber(), service.digest(), service.entries());
            left = service.messages();
            // The null value in a snapshot of the version before is negative.
            shardParts = Math.max(0, service.shardParts());
        }

        private void onClient(DirectBuffer buffer, int offset) {
            final ClientStateDecoder decoder = new ClientStateDecoder();
            decoder.wrapAndApplyHeader(buffer, offset, header);
            final long id = decoder.clientId();
            Outcomes client = clients.get(id);
            if (client == null) {
                client = new Outcomes(id, window, 0);
                clients.put(id, client);
            }
            client.restore(decoder.lastActiveNs(), decoder.oldest());
            for (final ClientStateDecoder.OutcomesDecoder outcome : decoder.outcomes()) {
                client.put(outcome.sequence(), (byte) outcome.status().value(), outcome.number());
            }
        }
    }
}
