// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.io.IOException;

/** A primary and its replicas, of one product over one transport. */
public enum Pair {
    /** Flagstone over Aeron in shared memory. */
    FLAGSTONE_IPC("flagstone, Aeron IPC") {
        @Override
        Source source(int replicas) throws IOException {
            return new FlagstonePrimary(FlagstonePrimary.Channels.IPC);
        }

        @Override
        View view(String address, int id) {
            return new FlagstoneView(address, id);
        }
    },

    /** Flagstone over Aeron on the loopback interface. */
    FLAGSTONE_UDP("flagstone, Aeron UDP") {
        @Override
        Source source(int replicas) throws IOException {
            return new FlagstonePrimary(FlagstonePrimary.Channels.UDP);
        }

        @Override
        View view(String address, int id) {
            return new FlagstoneView(address, id);
        }
    },

    /** Redis on the loopback interface, with a client that does not wait for each reply. */
    REDIS("redis, pipelined client") {
        @Override
        String obstacle() {
            return RedisPrimary.isInstalled() ? null : "redis-server is not installed";
        }

        @Override
        Source source(int replicas) throws IOException {
            return new RedisPrimary(replicas);
        }

        @Override
        View view(String address, int id) throws IOException {
            return new RedisView(address, id);
        }
    },

    /** Hazelcast's replicated map on the loopback interface. */
    HAZELCAST("hazelcast, ReplicatedMap") {
        @Override
        String obstacle() {
            try {
                Class.forName("com.hazelcast.core.Hazelcast");
                return null;
            } catch (ClassNotFoundException missing) {
                return "hazelcast.jar is not on the class path";
            }
        }

        @Override
        Source source(int replicas) {
            return new HazelcastPrimary();
        }

        @Override
        View view(String address, int id) {
            return new HazelcastView(address);
        }
    };

    private final String title;

    Pair(String title) {
        this.title = title;
    }

    /**
     * Returns the name for people.
     *
     * @return the product and the transport.
     */
    public String title() {
        return title;
    }

    /** Returns why this cannot be measured here, or null. */
    String obstacle() {
        return null;
    }

    /** Starts a primary that may have so many replicas. */
    abstract Source source(int replicas) throws IOException;

    /** Reaches or becomes a replica of a primary, in another process. */
    abstract View view(String address, int id) throws IOException;
}
