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
 * @param clients the address of the clients.
 * @param network the network between the hosts, or null if all are on the loopback.
 */
record Hosts(List<String> names, int basePort, String clients, Network network) {
    private static final String LOOPBACK = "127.0.0.1";

    /** Returns members on the loopback. */
    static Hosts loopback(int members, int basePort) {
        return new Hosts(Collections.nCopies(members, LOOPBACK), basePort, LOOPBACK, null);
    }

    /** Returns members each on a host of its own. */
    static Hosts of(Network network, int members, int basePort) {
        return new Hosts(
                IntStream.range(0, members).mapToObj(Network::address).toList(),
                basePort,
                Network.address(members),
                network);
    }

    /** Returns what the command line of a process on a member's host must begin with. */
    List<String> on(int member) {
        return network == null ? List.of() : network.on(member);
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
