// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.io.IOException;
import org.agrona.MutableDirectBuffer;

/** A Redis replica, whose reader is a client on the loopback interface. */
final class RedisView implements View {
    private final RedisConnection connection;
    private final byte[] bytes = new byte[Probe.LENGTH];

    /**
     * Connects to a replica.
     *
     * @param address of the primary: the ports of its replicas.
     * @param id of the replica, from 1.
     */
    RedisView(String address, int id) throws IOException {
        connection = new RedisConnection(Integer.parseInt(address.split(" ")[id - 1]));
    }

    @Override
    public boolean isReady() throws IOException {
        return connection.info("replication").contains("master_link_status:up");
    }

    @Override
    public boolean read(long key, MutableDirectBuffer value) throws IOException {
        final boolean found = connection.get(key, bytes);
        value.putBytes(0, bytes);
        return found;
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
