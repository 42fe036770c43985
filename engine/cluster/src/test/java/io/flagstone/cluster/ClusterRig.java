// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import java.io.File;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.agrona.CloseHelper;
import org.agrona.IoUtil;

/** Members of a cluster, and a media driver for clients, in this process, on loopback. */
final class ClusterRig implements AutoCloseable {
    static final int MEMBERS = 3;
    static final long SEED = 0x5EED;
    private static final long GUARD_NS = TimeUnit.SECONDS.toNanos(60);
    private static final int TERM = Integer.getInteger("flagstone.figures.term", 128 << 10);
    private static final int PORTS = MEMBERS * ClusterMemberContext.PORTS;
    private static final boolean LAVISH = Boolean.getBoolean("flagstone.figures.lavish");
    private static final AtomicInteger RIGS = new AtomicInteger();

    final FlagstoneClusteredService[] services;
    final ClusterMember[] members;
    final List<Throwable> divergences = Collections.synchronizedList(new ArrayList<>());
    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private final List<AutoCloseable> clients = new ArrayList<>();
    private final IntFunction<ClusterServiceContext> settings;
    private final File directory;
    private final String aeron;
    private final int basePort = freePorts();
    private final ClientDriver clientDriver;

    ClusterRig(File directory, IntFunction<ClusterServiceContext> settings) {
        this(directory, MEMBERS, settings);
    }

    ClusterRig(File directory, int size, IntFunction<ClusterServiceContext> settings) {
        this.directory = directory;
        this.settings = settings;
        this.services = new FlagstoneClusteredService[size];
        this.members = new ClusterMember[size];
        this.aeron =
                "/dev/shm/flagstone-" + ProcessHandle.current().pid() + '-' + System.nanoTime();
        this.clientDriver =
                ClientDriver.launch(aeron + "-clients", "127.0.0.1", TERM / 2, errors::add);
        for (int i = 0; i < size; i++) {
            start(i, true);
        }
    }

    static ClusterServiceContext small() {
        return new ClusterServiceContext()
                .cache(OffHeapCache.builder().memoryBytes(1 << 18).segments(2), SEED)
                .tickMs(20);
    }

    private static int freePorts() {
        // Below the ports that the kernel gives to sockets that ask for any.
        final int first = 21_000 + Integer.getInteger("flagstone.test.fork", 1) % 2 * 5_000;
        final int start = (int) (ProcessHandle.current().pid() * 97 % 5_000);
        for (int i = 0; i < 200; i++) {
            final int base = first + (start + RIGS.getAndIncrement() * PORTS) % 5_000;
            if (isFree(base)) {
                return base;
            }
        }
        throw new AssertionError("no free ports");
    }

    private static boolean isFree(int base) {
        for (int port = base; port < base + PORTS; port++) {
            try (DatagramSocket socket =
                    new DatagramSocket(new InetSocketAddress("127.0.0.1", port))) {
                assertThat(socket.isBound()).isTrue();
            } catch (final IOException e) {
                return false;
            }
        }
        return true;
    }

    private ClusterMemberContext context(int member) {
        return new ClusterMemberContext()
                .memberId(member)
                .hosts(Collections.nCopies(members.length, "127.0.0.1"))
                .basePort(basePort)
                .directory(new File(directory, "member-" + member))
                .aeronDirectory(aeron + '-' + member)
                // One of three, so that either kind leads now and then.
                .dedicatedThreads(member == 1 && !LAVISH)
                .frugal(!LAVISH)
                .termBytes(TERM)
                .snapshotTermBytes(Integer.getInteger("flagstone.figures.snapshotTerm", 1 << 20))
                .heartbeatTimeoutNs(TimeUnit.SECONDS.toNanos(1))
                .errorHandler(errors::add);
    }

    void start(int member, boolean clean) {
        services[member] =
                new FlagstoneClusteredService(
                        settings.apply(member)
                                .divergenceHandler(divergences::add)
                                .readChannel(context(member).readChannel()));
        members[member] = ClusterMember.launch(context(member).clean(clean), services[member]);
    }

    void stop(int member) {
        members[member].close();
        members[member] = null;
    }

    int leader() {
        final int[] found = {-1};
        await(
                "a leader",
                () -> {
                    for (int i = 0; i < members.length; i++) {
                        if (members[i] != null && members[i].isLeader()) {
                            found[0] = i;
                        }
                    }
                    return found[0] >= 0;
                });
        return found[0];
    }

    void await(String what, BooleanSupplier condition) {
        final long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
            if (System.nanoTime() - start > GUARD_NS) {
                throw new AssertionError("no " + what + ": errors=" + errors);
            }
        }
    }

    String endpoints() {
        return context(0).ingressEndpoints();
    }

    /** Returns the settings of a client of this cluster or, through this driver, of another. */
    ClusterClientContext clientContext(String endpoints) {
        return clientDriver.client(endpoints).requestTimeoutNs(TimeUnit.SECONDS.toNanos(30));
    }

    ClusterCache cache() {
        final ClusterCache cache = ClusterCache.connect(clientContext(endpoints()));
        clients.add(cache);
        return cache;
    }

    /** Returns a reader of some members, in this order. */
    MemberReader reader(int... order) {
        final List<String> channels = context(0).readChannels();
        final MemberReader reader =
                MemberReader.connect(
                        clientDriver
                                .reader(Arrays.stream(order).mapToObj(channels::get).toList())
                                .requestTimeoutNs(TimeUnit.SECONDS.toNanos(30)));
        clients.add(reader);
        return reader;
    }

    ClusterRequests requests(ResponseHandler handler) {
        final ClusterRequests requests =
                ClusterRequests.connect(clientContext(endpoints()), handler);
        clients.add(requests);
        return requests;
    }

    /** Takes a snapshot of all members that run, and waits until they have compared it. */
    void snapshot() {
        final long[] before = new long[members.length];
        for (int i = 0; i < members.length; i++) {
            before[i] = members[i] == null ? 0 : services[i].comparisons();
        }
        await("request for a snapshot", () -> members[leader()].snapshot());
        await(
                "comparison",
                () -> {
                    boolean all = true;
                    for (int i = 0; i < members.length; i++) {
                        all &= members[i] == null || services[i].comparisons() > before[i];
                    }
                    return all;
                });
    }

    /** Waits until all members that run have applied a position. */
    void awaitApplied(long position) {
        await(
                "member at position " + position,
                () -> {
                    boolean all = true;
                    for (int i = 0; i < members.length; i++) {
                        all &= members[i] == null || services[i].appliedPosition() >= position;
                    }
                    return all;
                });
    }

    @Override
    public void close() {
        for (final AutoCloseable client : clients) {
            CloseHelper.quietClose(client);
        }
        CloseHelper.quietCloseAll(members);
        CloseHelper.quietClose(clientDriver);
        IoUtil.delete(directory, true);
        for (int i = 0; i < members.length; i++) {
            IoUtil.delete(new File(aeron + '-' + i), true);
        }
    }
}
