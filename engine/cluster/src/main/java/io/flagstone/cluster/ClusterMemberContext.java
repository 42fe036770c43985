// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import java.io.File;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.agrona.BitUtil;
import org.agrona.ErrorHandler;

/**
 * The settings of a {@link ClusterMember}: where the members are, where this one keeps its files,
 * and how large its buffers are.
 *
 * <p>Not thread-safe.
 */
public final class ClusterMemberContext {
    /** The ports that a member uses, from its base port on. */
    public static final int PORTS = 10;

    /** The port of those for requests of readers. The ones before it are Aeron's. */
    private static final int READS = 5;

    private static final int MAX_PORT = 65_535;
    private static final int MAX_SYNC_LEVEL = 2;
    private static final int MIN_TERM = 64 << 10;
    private static final int MAX_TERM = 1 << 30;

    /** The heartbeats of a leader have a tenth of it, which is not below what a thread sleeps. */
    private static final long MIN_HEARTBEAT_NS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long MAX_HEARTBEAT_NS = TimeUnit.DAYS.toNanos(1);

    private int memberId;
    private List<String> hosts = List.of("localhost");
    private int basePort = 20_000;
    private File directory;
    private String aeronDirectory;
    private boolean clean;
    private boolean frugal;
    private boolean dedicatedThreads;
    private int fileSyncLevel;
    private int termBytes = 1 << 20;
    private int snapshotTermBytes = 4 << 20;
    private long heartbeatTimeoutNs = TimeUnit.SECONDS.toNanos(2);
    private ErrorHandler errorHandler;

    /** Creates the settings of a single member on this machine. */
    public ClusterMemberContext() {
        // There is nothing to do.
    }

    /**
     * Sets which of the hosts this member is.
     *
     * @param id the index of its host.
     * @return this.
     * @throws IllegalArgumentException if it is negative or too large.
     */
    public ClusterMemberContext memberId(int id) {
        CallContext.checkBetween("memberId", id, 0, MAX_PORT / PORTS);
        this.memberId = id;
        return this;
    }

    /**
     * Sets the hosts of all members, in the same order everywhere, for good. Use names, not
     * addresses: then a machine can be replaced.
     *
     * @param names of the hosts; the same name several times for members on one machine.
     * @return this.
     */
    public ClusterMemberContext hosts(List<String> names) {
        this.hosts = List.copyOf(names);
        return this;
    }

    /**
     * Sets the first port. Member i uses {@link #PORTS} ports from {@code basePort + PORTS * i} on.
     *
     * @param port the same in all members.
     * @return this.
     * @throws IllegalArgumentException if it is no port.
     */
    public ClusterMemberContext basePort(int port) {
        CallContext.checkBetween("basePort", port, 1, MAX_PORT);
        this.basePort = port;
        return this;
    }

    /**
     * Sets the directory for the log, the snapshots and the archive's catalogue.
     *
     * @param path of this member alone.
     * @return this.
     */
    public ClusterMemberContext directory(File path) {
        this.directory = Objects.requireNonNull(path, "path");
        return this;
    }

    /**
     * Sets the directory of the media driver, which should be in memory, such as below {@code
     * /dev/shm}. It is deleted at the end.
     *
     * @param path of this member alone.
     * @return this.
     */
    public ClusterMemberContext aeronDirectory(String path) {
        this.aeronDirectory = Objects.requireNonNull(path, "path");
        return this;
    }

    /**
     * Sets whether to delete the log and the snapshots first.
     *
     * @param enabled off by default.
     * @return this.
     */
    public ClusterMemberContext clean(boolean enabled) {
        this.clean = enabled;
        return this;
    }

    /**
     * Sets whether to spare processor and memory at the cost of latency: threads that sleep for up
     * to a millisecond, and small buffers. For tests and for machines that do other things.
     *
     * @param enabled off by default.
     * @return this.
     */
    public ClusterMemberContext frugal(boolean enabled) {
        this.frugal = enabled;
        return this;
    }

    /**
     * Sets whether media driver, archive and consensus module have a thread each, which spins
     * shortly before it sleeps. By default they share one. The service always has its own.
     *
     * <p>With a processor for each of the four threads, dedicated ones take more requests a second.
     * With fewer, a request waits at each change of thread until the next one gets a processor.
     *
     * @param enabled off by default.
     * @return this.
     */
    public ClusterMemberContext dedicatedThreads(boolean enabled) {
        this.dedicatedThreads = enabled;
        return this;
    }

    /**
     * Sets when the archive's files are forced to the device: 0, the default, leaves it to the
     * operating system, 1 forces the data, 2 also the files' metadata.
     *
     * @param level 0 to 2.
     * @return this.
     * @throws IllegalArgumentException if it is outside its limits.
     */
    public ClusterMemberContext fileSyncLevel(int level) {
        CallContext.checkBetween("fileSyncLevel", level, 0, MAX_SYNC_LEVEL);
        this.fileSyncLevel = level;
        return this;
    }

    /**
     * Sets the length of the terms of the log and of the ingress. The longest request and response
     * has an eighth of it. The default is 1 MiB.
     *
     * @param bytes a power of two from 65 536 to 1 GiB.
     * @return this.
     * @throws IllegalArgumentException if it is not a power of two or outside its limits.
     */
    public ClusterMemberContext termBytes(int bytes) {
        checkTerm("termBytes", bytes);
        this.termBytes = bytes;
        return this;
    }

    /**
     * Sets the length of the terms of snapshots. Longer ones stop the members for a shorter time,
     * and take three times as much of the driver's directory meanwhile. The default is 4 MiB.
     *
     * @param bytes a power of two from 65 536 to 1 GiB.
     * @return this.
     * @throws IllegalArgumentException if it is not a power of two or outside its limits.
     */
    public ClusterMemberContext snapshotTermBytes(int bytes) {
        checkTerm("snapshotTermBytes", bytes);
        this.snapshotTermBytes = bytes;
        return this;
    }

    /**
     * Sets after which silence of the leader an election begins. The default is 2 seconds.
     *
     * @param ns nanoseconds, from 20 milliseconds to a day.
     * @return this.
     * @throws IllegalArgumentException if it is outside its limits.
     */
    public ClusterMemberContext heartbeatTimeoutNs(long ns) {
        CallContext.checkBetween("heartbeatTimeoutNs", ns, MIN_HEARTBEAT_NS, MAX_HEARTBEAT_NS);
        this.heartbeatTimeoutNs = ns;
        return this;
    }

    /**
     * Sets the handler for errors of driver, archive, consensus module and service. By default they
     * print.
     *
     * @param handler or null.
     * @return this.
     */
    public ClusterMemberContext errorHandler(ErrorHandler handler) {
        this.errorHandler = handler;
        return this;
    }

    /**
     * Returns the channel at which this member takes requests of readers.
     *
     * @return as {@link ClusterServiceContext#readChannel} wants it.
     */
    public String readChannel() {
        return readChannels().get(memberId);
    }

    /**
     * Returns the channels at which the members take requests of readers.
     *
     * @return as {@link MemberReaderContext#memberChannels} wants them, in the order of the hosts.
     */
    public List<String> readChannels() {
        return IntStream.range(0, hosts.size())
                .mapToObj(member -> "aeron:udp?endpoint=" + endpoint(member, READS))
                .toList();
    }

    private static void checkTerm(String name, int bytes) {
        CallContext.checkBetween(name, bytes, MIN_TERM, MAX_TERM);
        if (!BitUtil.isPowerOfTwo(bytes)) {
            throw new IllegalArgumentException(
                    name + " must be a power of two: " + name + "=" + bytes);
        }
    }

    /**
     * Checks the settings that depend on one another.
     *
     * @throws IllegalArgumentException if there is no such member, or its ports are none.
     */
    void check() {
        CallContext.checkBetween("memberId", memberId, 0, hosts.size() - 1L);
        final int most = MAX_PORT + 1 - PORTS * hosts.size();
        CallContext.checkBetween("basePort of " + hosts.size() + " members", basePort, 1, most);
    }

    /** Returns this member's files in a directory. */
    File directory() {
        if (directory == null) {
            throw new IllegalArgumentException("directory must be set");
        }
        return directory;
    }

    File file(String name) {
        return new File(directory(), name);
    }

    int memberId() {
        return memberId;
    }

    String aeronDirectory() {
        if (aeronDirectory == null) {
            throw new IllegalArgumentException("aeronDirectory must be set");
        }
        return aeronDirectory;
    }

    boolean clean() {
        return clean;
    }

    boolean frugal() {
        return frugal;
    }

    boolean dedicatedThreads() {
        return dedicatedThreads;
    }

    int fileSyncLevel() {
        return fileSyncLevel;
    }

    int termBytes() {
        return termBytes;
    }

    int snapshotTermBytes() {
        return snapshotTermBytes;
    }

    long heartbeatTimeoutNs() {
        return heartbeatTimeoutNs;
    }

    ErrorHandler errorHandler() {
        return errorHandler;
    }

    /** Returns the endpoint of a member for one of its uses. */
    String endpoint(int member, int use) {
        return hosts.get(member) + ':' + (basePort + PORTS * member + use);
    }

    String host() {
        return hosts.get(memberId);
    }

    /** Returns all members as the consensus module wants them. */
    String clusterMembers() {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < hosts.size(); i++) {
            text.append(i);
            for (int use = 0; use < 5; use++) {
                text.append(',').append(endpoint(i, use));
            }
            text.append('|');
        }
        return text.toString();
    }

    /**
     * Returns the endpoints that clients connect to.
     *
     * @return as {@code AeronCluster.Context.ingressEndpoints} wants them.
     */
    public String ingressEndpoints() {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < hosts.size(); i++) {
            text.append(i == 0 ? "" : ",").append(i).append('=').append(endpoint(i, 0));
        }
        return text.toString();
    }
}
