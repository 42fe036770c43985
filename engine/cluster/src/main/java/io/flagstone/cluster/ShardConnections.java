// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.agrona.CloseHelper;

/**
 * The connections of one thread to the clusters of a map, opened when they are needed.
 *
 * <p>Not thread-safe.
 */
final class ShardConnections implements AutoCloseable {
    private final Function<String, ClusterClientContext> clients;
    private final Map<String, SingleCall> open = new HashMap<>();
    private final List<SingleCall> all = new ArrayList<>();

    ShardConnections(Function<String, ClusterClientContext> clients) {
        this.clients = clients;
    }

    /**
     * Returns the connection to a cluster.
     *
     * @throws ClusterRequestException if there is none in time, or no room for a client.
     */
    SingleCall to(String endpoints) {
        SingleCall call = open.get(endpoints);
        if (call == null) {
            call = new SingleCall(clients.apply(endpoints));
            open.put(endpoints, call);
            all.add(call);
        }
        return call;
    }

    /** Closes the connections to all clusters but those of a map and one more. */
    void retain(SlotMap map, String another) {
        for (final String endpoints : List.copyOf(open.keySet())) {
            if (map.shardAt(endpoints) < 0 && !endpoints.equals(another)) {
                final SingleCall call = open.remove(endpoints);
                all.remove(call);
                CloseHelper.quietClose(call);
            }
        }
    }

    /** Keeps the sessions alive. Returns 0 if there was nothing to do. */
    int poll() {
        int work = 0;
        for (int i = 0; i < all.size(); i++) {
            work += all.get(i).requests().poll();
        }
        return work;
    }

    @Override
    public void close() {
        CloseHelper.quietCloseAll(all);
        open.clear();
        all.clear();
    }
}
