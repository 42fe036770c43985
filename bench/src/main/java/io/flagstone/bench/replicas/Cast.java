// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.replicas.ReplicatedResult.Stay;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The processes of a replicated replay, and what became of them. All end when this is closed. */
final class Cast implements Closeable {
    private final Talk.Assignment settings;
    private final NodeProcess primary;
    private final Map<Integer, NodeProcess> replicas = new TreeMap<>();
    private final Map<Integer, Long> joinedNs = new HashMap<>();
    private final Map<Integer, List<Stay>> stays = new TreeMap<>();

    /**
     * Starts all processes.
     *
     * @param settings the settings of the first primary.
     * @param count the number of replicas.
     * @throws IOException if a process cannot be started.
     */
    Cast(Talk.Assignment settings, int count) throws IOException {
        this.settings = settings;
        this.primary = new NodeProcess("the primary", settings);
        try {
            for (int id = 1; id <= count; id++) {
                start(id);
            }
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    /** Starts a replica. */
    NodeProcess start(int id) throws IOException {
        final NodeProcess replica = new NodeProcess("replica " + id, settings.replica(id));
        replicas.put(id, replica);
        return replica;
    }

    /** Kills a replica and returns the last that it told of its progress. */
    Talk.Progress kill(int id) throws IOException, InterruptedException {
        try (NodeProcess replica = replicas.remove(id)) {
            return replica.kill();
        }
    }

    NodeProcess primary() {
        return primary;
    }

    NodeProcess replica(int id) {
        return replicas.get(id);
    }

    Collection<NodeProcess> replicas() {
        return replicas.values();
    }

    /** Waits until a replica has the whole state of a primary. */
    long awaitJoined(NodeProcess replica, long epoch) throws IOException, InterruptedException {
        Talk.Joined joined = replica.await(Talk.Joined.class);
        while (joined.epoch() != epoch) {
            joined = replica.await(Talk.Joined.class);
        }
        joinedNs.put(replica.id(), joined.tookNs());
        return joined.tookNs();
    }

    /** Notes how a replica followed a primary. */
    void followed(int id, String leader, String end, Lag lag) {
        stays.computeIfAbsent(id, k -> new ArrayList<>())
                .add(new Stay(leader, end, joinedNs.get(id), lag));
    }

    /** Returns how a replica followed primaries. */
    List<Stay> stays(int id) {
        return stays.getOrDefault(id, List.of());
    }

    @Override
    public void close() throws IOException {
        for (final NodeProcess replica : replicas.values()) {
            replica.close();
        }
        primary.close();
    }
}
