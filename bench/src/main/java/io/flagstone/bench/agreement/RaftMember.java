// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.agrona.concurrent.UnsafeBuffer;
import org.jgroups.JChannel;

/**
 * A member of jgroups-raft on the loopback interface, with a port for a client.
 *
 * <p>The stack is that of the file {@code raft.xml} in the jar of jgroups-raft, but for three
 * things: members talk over TCP and have a list of each other, because multicasts would leave the
 * loopback interface; there is no socket for diagnoses; and the protocol {@code CLIENT} is left
 * out, since it takes one request for each connection.
 */
final class RaftMember implements Member {
    private static final String STACK =
            """
            <config xmlns="urn:org:jgroups">
              <TCP bind_addr="127.0.0.1" bind_port="%1$d" port_range="0"
                   diag.enabled="false" bundler.max_size="64K"
                   thread_pool.min_threads="2" thread_pool.max_threads="100"
                   thread_pool.keep_alive_time="5000"/>
              <TCPPING initial_hosts="%2$s" port_range="0"/>
              <MERGE3 min_interval="10000" max_interval="30000"/>
              <FD_SOCK bind_addr="127.0.0.1"/>
              <FD_ALL3/>
              <VERIFY_SUSPECT timeout="1500"/>
              <pbcast.NAKACK2 xmit_interval="500" xmit_table_num_rows="100"
                   xmit_table_msgs_per_row="2000" xmit_table_max_compaction_time="30000"
                   use_mcast_xmit="false" discard_delivered_msgs="true"/>
              <UNICAST3 xmit_interval="500" xmit_table_num_rows="100"
                   xmit_table_msgs_per_row="2000" xmit_table_max_compaction_time="60000"
                   conn_expiry_timeout="0"/>
              <pbcast.STABLE desired_avg_gossip="50000" max_bytes="4M"/>
              <raft.NO_DUPES/>
              <pbcast.GMS print_local_addr="false" join_timeout="2000"/>
              <UFC max_credits="2M" min_threshold="0.4"/>
              <MFC max_credits="2M" min_threshold="0.4"/>
              <FRAG4 frag_size="60K"/>
              <raft.ELECTION/>
              <raft.RAFT members="%3$s" raft_id="%4$s" log_dir="%5$s" log_use_fsync="%6$b"/>
              <raft.REDIRECT/>
            </config>
            """;

    private final RaftMap map;

    /**
     * Starts a member, and waits until it has joined the others that run.
     *
     * @param place where the members are.
     * @param id of this member.
     */
    RaftMember(Place place, int id) throws Exception {
        final String stack =
                STACK.formatted(
                        place.port(id),
                        list(member -> "127.0.0.1[" + place.port(member) + "]"),
                        list(RaftMember::name),
                        name(id),
                        place.directory(),
                        place.sync());
        final JChannel channel =
                new JChannel(new ByteArrayInputStream(stack.getBytes(StandardCharsets.UTF_8)));
        channel.name(name(id));
        map = new RaftMap(channel);
        channel.connect("flagstone-bench");
        RaftGate.open(place.gate(id), map);
    }

    private static String list(IntFunction<String> element) {
        return IntStream.range(0, Place.MEMBERS).mapToObj(element).collect(Collectors.joining(","));
    }

    private static String name(int id) {
        return "member-" + id;
    }

    @Override
    public boolean isLeader() {
        return map.isLeader();
    }

    @Override
    public long number(long key) {
        final byte[] value = map.applied(key);
        return value == null
                ? NumberedValue.ABSENT
                : NumberedValue.read(new UnsafeBuffer(value), 0, value.length);
    }
}
