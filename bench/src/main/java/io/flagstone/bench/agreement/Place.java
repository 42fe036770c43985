// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

/**
 * Where a group of members is, and where each has its files.
 *
 * @param basePort the first port of the first member; the others follow, {@link #PORTS} each.
 * @param directory the directory of the logs.
 * @param memory the directory for files that need not survive, in memory if there is room.
 * @param window the most requests that a client has under way.
 * @param sync whether a member writes its log to the device before it acknowledges an entry.
 */
record Place(int basePort, String directory, String memory, int window, boolean sync) {
    /** The number of members. */
    static final int MEMBERS = 3;

    /** The ports of a member. */
    static final int PORTS = 10;

    private static final String SEPARATOR = "\t";

    /** Returns the port at which a member listens to the others. */
    int port(int member) {
        return basePort + member * PORTS;
    }

    /** Returns the port of a member's {@link RaftGate}. */
    int gate(int member) {
        return port(member) + 1;
    }

    /** Returns this in one line. */
    String line() {
        return String.join(
                SEPARATOR,
                Integer.toString(basePort),
                directory,
                memory,
                Integer.toString(window),
                Boolean.toString(sync));
    }

    /** Reads what {@link #line} has made. */
    static Place of(String line) {
        final String[] words = line.split(SEPARATOR);
        return new Place(
                Integer.parseInt(words[0]),
                words[1],
                words[2],
                Integer.parseInt(words[3]),
                Boolean.parseBoolean(words[4]));
    }
}
