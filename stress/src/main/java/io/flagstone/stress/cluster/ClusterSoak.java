// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import io.flagstone.cluster.ClusterCache;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** Runs schedules of faults on one cluster, each with keys of its own. */
final class ClusterSoak implements Soak {
    private static final int KEYS = 5;
    private static final int FAULTS = 3;
    private static final long CALLS_BETWEEN = 40;

    private final SplittableRandom random;
    private final PrintWriter out;
    private final Clusters clusters;
    private long calls;
    private long unknown;

    ClusterSoak(long seed, Path directory, Network network, int firstPort, PrintWriter out)
            throws IOException {
        this.random = new SplittableRandom(seed);
        this.out = out;
        this.clusters =
                new Clusters(new int[] {MemberMain.MEMBERS}, network, firstPort, random, directory);
    }

    @Override
    public void run(int number, long endNs) throws IOException, InterruptedException {
        final Clients clients =
                new Clients(
                        () -> ClusterCache.connect(clusters.client(clusters.endpoints(0))),
                        random,
                        number,
                        KEYS);
        // Clients give up after some time, but a busy machine may start the members slowly.
        clusters.leader(0);
        clients.start();
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < FAULTS && (i == 0 || System.nanoTime() - endNs < 0); i++) {
            awaitCalls(clients);
            final Fault fault = clusters.draw(0);
            text.append(i == 0 ? "" : ", ").append(fault);
            clusters.journal().add("schedule " + number);
            clusters.suffer(fault, 0, clients);
        }
        awaitCalls(clients);
        clients.end();
        calls += clients.done();
        unknown += clients.unknown();
        clusters.compareMembers(0);
        clients.check();
        out.printf("schedule %d: %s: linearizable%n", number, text);
        out.flush();
    }

    /** Waits until each client has made some calls, so that each fault meets calls under way. */
    private void awaitCalls(Clients clients) {
        for (final ClientThread client : clients.threads()) {
            final long target = client.done() + CALLS_BETWEEN + random.nextInt(100);
            clusters.await(
                    "calls of a client", () -> client.done() >= target || client.failure() != null);
        }
    }

    @Override
    public void print(int schedules) {
        out.printf("schedules  %,d%n", schedules);
        clusters.print(out);
        out.printf("calls      %,d, of which %,d have no known outcome%n", calls, unknown);
        out.flush();
    }

    @Override
    public void close() {
        clusters.close();
    }
}
