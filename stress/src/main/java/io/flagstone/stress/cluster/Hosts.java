// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClusterMemberContext;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where the members of a cluster are.
 *
 * @param names of their hosts, in order.
 * @param basePort the first port.
 * @param first the number of the first member's host in the network.
 * @param network the network between the hosts, or null if all are on the loopback.
 */
record Hosts(List<String> names, int basePort, int first, Network network) {
    static final String LOOPBACK = "127.0.0.1";

    /**
     * Returns members each on a host of its own, or on ports of their own of the loopback.
     *
     * @param network the network, or null.
     * @param first the number of the first one among the members of all clusters.
     * @param firstPort the first port of all clusters.
     */
    static Hosts of(Network network, int first, int members, int firstPort) {
        return new Hosts(
                network == null
                        ? Collections.nCopies(members, LOOPBACK)
                        : IntStream.range(first, first + members)
                                .mapToObj(Network::address)
                                .toList(),
                firstPort + ClusterMemberContext.PORTS * first,
                first,
                network);
    }

    /** Returns the number of members. */
    int members() {
        return names.size();
    }

    /** Returns what the command line of a process on a member's host must begin with. */
    List<String> on(int member) {
        return network == null ? List.of() : network.on(first + member);
    }

    /** Returns the settings of a member that say where it is. */
    ClusterMemberContext context() {
        return new ClusterMemberContext().hosts(names).basePort(basePort);
    }

    /** Returns the ingress endpoints. */
    String endpoints() {
        return context().ingressEndpoints();
    }
}
