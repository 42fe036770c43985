// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.replicatedmap.ReplicatedMap;
import java.io.Closeable;
import org.agrona.MutableDirectBuffer;

/**
 * A member of a Hazelcast cluster on the loopback interface, with a replicated map. It looks for no
 * other members than those that it is told of, and phones nobody.
 */
final class HazelcastMember implements Closeable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final String MAP = "replicated";
    private static final int FIRST_PORT = 24_870;

    private final HazelcastInstance instance;
    private final ReplicatedMap<Long, byte[]> map;

    /** Starts a member that joins the one at an address, or the first if it is empty. */
    HazelcastMember(String address) {
        final Config config = new Config();
        config.setClusterName("flagstone-bench");
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "none");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.getNetworkConfig().setPort(FIRST_PORT).setPortAutoIncrement(true);
        config.getNetworkConfig().setPublicAddress(null);
        config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(LOOPBACK);
        final JoinConfig join = config.getNetworkConfig().getJoin();
        join.getAutoDetectionConfig().setEnabled(false);
        join.getMulticastConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true);
        if (!address.isEmpty()) {
            join.getTcpIpConfig().addMember(address);
        }
        config.getReplicatedMapConfig(MAP).setInMemoryFormat(InMemoryFormat.BINARY);
        instance = Hazelcast.newHazelcastInstance(config);
        map = instance.getReplicatedMap(MAP);
    }

    String address() {
        return LOOPBACK + ":" + instance.getCluster().getLocalMember().getAddress().getPort();
    }

    int members() {
        return instance.getCluster().getMembers().size();
    }

    void put(long key, MutableDirectBuffer value) {
        final byte[] copy = new byte[Probe.LENGTH];
        value.getBytes(0, copy);
        map.put(key, copy);
    }

    boolean read(long key, MutableDirectBuffer value) {
        final byte[] found = map.get(key);
        if (found == null) {
            return false;
        }
        value.putBytes(0, found);
        return true;
    }

    @Override
    public void close() {
        instance.getLifecycleService().terminate();
    }
}
