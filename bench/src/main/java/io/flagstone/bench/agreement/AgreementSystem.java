// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A system whose members agree on each write, with the settings that are measured. */
public enum AgreementSystem {
    /** Flagstone's cluster with the default settings of its members. */
    FLAGSTONE("flagstone") {
        @Override
        Member member(Place place, int id) {
            return new FlagstoneMember(place, id, false);
        }

        @Override
        Client client(Place place, Client.Answers answers) {
            return new FlagstoneClient(place, false, answers);
        }

        @Override
        Map<String, String> settings(boolean sync) {
            return flagstone(
                    sync,
                    "two for each member; sleep for up to 100 \u00b5s, hardly spin (default)");
        }
    },

    /** Flagstone's cluster with a thread for each part of a member. */
    FLAGSTONE_DEDICATED("flagstone, dedicated") {
        @Override
        Member member(Place place, int id) {
            return new FlagstoneMember(place, id, true);
        }

        @Override
        Client client(Place place, Client.Answers answers) {
            return new FlagstoneClient(place, true, answers);
        }

        @Override
        Map<String, String> settings(boolean sync) {
            return flagstone(
                    sync,
                    "dedicated, four for each member; spin and yield shortly, then sleep for up to"
                            + " 100 \u00b5s");
        }
    },

    /** The {@code ReplicatedStateMachine} of jgroups-raft. */
    JGROUPS_RAFT("jgroups-raft") {
        @Override
        String obstacle() {
            try {
                Class.forName("org.jgroups.raft.blocks.ReplicatedStateMachine");
                return null;
            } catch (ClassNotFoundException | NoClassDefFoundError missing) {
                return "jgroups-raft.jar and jgroups.jar are not on the class path";
            }
        }

        @Override
        Member member(Place place, int id) throws Exception {
            return new RaftMember(place, id);
        }

        @Override
        Client client(Place place, Client.Answers answers) throws IOException {
            return new GateClient(place, answers);
        }

        @Override
        Map<String, String> settings(boolean sync) {
            final Map<String, String> settings = new LinkedHashMap<>();
            settings.put("between members", "TCP, otherwise the shipped raft.xml");
            settings.put("client", "TCP to the leader's process, which calls RaftHandle.setAsync");
            settings.put(
                    "log",
                    sync
                            ? "FileBasedLog, log_use_fsync=true: each append is forced to the"
                                    + " device"
                            : "FileBasedLog, log_use_fsync=false (default): the system writes"
                                    + " later");
            settings.put("log is cut", "by a snapshot after each 1 000 000 bytes (max_log_size)");
            settings.put("reads", "ask a majority, without an entry of the log");
            settings.put(
                    "lost leader",
                    "FD_SOCK sees its socket close, VERIFY_SUSPECT waits 1.5 s; without a closed"
                            + " socket FD_ALL3 waits 40 s");
            settings.put("threads", "block until there is work");
            return settings;
        }
    };

    private final String title;

    AgreementSystem(String title) {
        this.title = title;
    }

    /**
     * Returns the name for people.
     *
     * @return the product.
     */
    public String title() {
        return title;
    }

    private static Map<String, String> flagstone(boolean sync, String threads) {
        final Map<String, String> settings = new LinkedHashMap<>();
        settings.put("between members", "Aeron over UDP");
        settings.put("client", "Aeron over UDP to the leader, with a media driver of its own");
        settings.put(
                "log",
                sync
                        ? "Aeron Archive, fileSyncLevel=1: each write is forced to the device"
                        : "Aeron Archive, fileSyncLevel=0 (default): the system writes later");
        settings.put("log is cut", "never; no snapshot is taken");
        settings.put("reads", "go through the log");
        settings.put("lost leader", "no heartbeat for 2 s (default)");
        settings.put("threads", threads);
        return settings;
    }

    /** Returns why this cannot be measured here, or null. */
    String obstacle() {
        return null;
    }

    /** Starts a member in this process. */
    abstract Member member(Place place, int id) throws Exception;

    /** Connects a client. */
    abstract Client client(Place place, Client.Answers answers) throws IOException;

    /** Returns the settings that the figures depend on, by their names for people. */
    abstract Map<String, String> settings(boolean sync);
}
