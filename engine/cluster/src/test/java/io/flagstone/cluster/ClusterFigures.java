// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures what docs/cluster.md reports. Not a test: run its main method.
 *
 * <p>Three members, their drivers and the client are in this process.
 */
final class ClusterFigures {
    private static final int ROUND_TRIPS = 3_000;
    private static final int WARM_UPS = 3;
    private static final long STALENESS_NS = TimeUnit.SECONDS.toNanos(10);
    private static final int REQUESTS = 30_000;
    private static final int VALUE_BYTES = 1_000;

    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[VALUE_BYTES]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[VALUE_BYTES]);

    private ClusterFigures() {}

    /**
     * Prints the figures.
     *
     * @param args the memory of the cache in MiB, and how full it is made, in percent.
     */
    public static void main(String[] args) throws IOException {
        final long mib = args.length > 0 ? Long.parseLong(args[0]) : 64;
        final File directory = Files.createTempDirectory("flagstone-figures").toFile();
        final int segments = 4;
        try (ClusterRig rig =
                new ClusterRig(
                        new File(directory, "cluster"),
                        member ->
                                new ClusterServiceContext()
                                        .cache(
                                                OffHeapCache.builder()
                                                        .memoryBytes(mib << 20)
                                                        .segments(segments),
                                                ClusterRig.SEED)
                                        .tickMs(20))) {
            new ClusterFigures().measure(rig, mib);
        }
    }

    private void measure(ClusterRig rig, long mib) {
        final ClusterCache cache = rig.cache();
        final MemberReader reader = rig.reader(0, 1, 2);
        for (int i = 0; i < WARM_UPS; i++) {
            roundTrips(this::put, cache);
        }
        System.out.println("round trip of a put, us    " + roundTrips(this::put, cache));
        System.out.println("round trip of a get, us    " + roundTrips(this::get, cache));
        roundTrips(this::getAtMember, reader);
        System.out.println("get at one member, us      " + roundTrips(this::getAtMember, reader));
        final ClusterRequests requests =
                rig.requests((request, outcome, number, buffer, offset, length) -> {});
        pipelined(rig, requests, REQUESTS, true);
        System.out.println(
                "pipelined puts a second    " + pipelined(rig, requests, REQUESTS, true));
        System.out.println(
                "pipelined gets a second    " + pipelined(rig, requests, REQUESTS, false));
        fill(rig, requests, mib);
        for (int i = 0; i < 3; i++) {
            final long startNs = System.nanoTime();
            rig.snapshot();
            final long totalMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
            final StringBuilder stops = new StringBuilder();
            for (final FlagstoneClusteredService service : rig.services) {
                stops.append(' ').append(TimeUnit.NANOSECONDS.toMillis(service.lastSnapshotNs()));
            }
            System.out.println(
                    "snapshot of "
                            + rig.services[0].state().entries()
                            + " entries: members stop, ms "
                            + stops
                            + ", compared after "
                            + totalMs);
        }
        final long startNs = System.nanoTime();
        final int leader = rig.leader();
        rig.stop(leader);
        final long stoppedNs = System.nanoTime();
        rig.leader();
        final long electedNs = System.nanoTime();
        cache.put(key, 0, 8, value, 0, 8, OffHeapCache.NO_TTL);
        final long endNs = System.nanoTime();
        System.out.printf(
                "leader closed in %d ms, new leader after %d ms more, next put returned after %d ms"
                        + " more%n",
                TimeUnit.NANOSECONDS.toMillis(stoppedNs - startNs),
                TimeUnit.NANOSECONDS.toMillis(electedNs - stoppedNs),
                TimeUnit.NANOSECONDS.toMillis(endNs - electedNs));
    }

    private void put(ClusterCache cache) {
        cache.put(key, 0, 8, value, 0, 64, OffHeapCache.NO_TTL);
    }

    private void get(ClusterCache cache) {
        checkHit(cache.get(key, 0, 8, read, 0));
    }

    private void getAtMember(MemberReader reader) {
        checkHit(reader.get(key, 0, 8, read, 0, STALENESS_NS));
    }

    private static void checkHit(int length) {
        if (length != 64) {
            throw new AssertionError("length=" + length);
        }
    }

    private <T> String roundTrips(Consumer<T> call, T target) {
        final long[] ns = new long[ROUND_TRIPS];
        for (int i = 0; i < ROUND_TRIPS; i++) {
            key.putLong(0, i % 1_000);
            final long startNs = System.nanoTime();
            call.accept(target);
            ns[i] = System.nanoTime() - startNs;
        }
        Arrays.sort(ns);
        return "p50 " + ns[ROUND_TRIPS / 2] / 1_000 + " p99 " + ns[ROUND_TRIPS * 99 / 100] / 1_000;
    }

    private long pipelined(ClusterRig rig, ClusterRequests requests, int count, boolean put) {
        final long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            key.putLong(0, i % 1_000);
            while ((put
                            ? requests.put(key, 0, 8, value, 0, 64, OffHeapCache.NO_TTL)
                            : requests.get(key, 0, 8))
                    == ClusterRequests.NOT_NOW) {
                requests.poll();
            }
            requests.poll();
        }
        drain(rig, requests);
        return count * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - startNs);
    }

    private static void drain(ClusterRig rig, ClusterRequests requests) {
        rig.await(
                "response",
                () -> {
                    requests.poll();
                    return requests.pending() == 0;
                });
    }

    /** Fills nine tenths of the memory with values of 1 000 bytes, in batches. */
    private void fill(ClusterRig rig, ClusterRequests requests, long mib) {
        final ClusterBatch batch = new ClusterBatch();
        final long entries = (mib << 20) * 9 / 10 / (VALUE_BYTES + 64);
        for (long i = 0; i < entries; i++) {
            key.putLong(0, 1_000 + i);
            batch.add(key, 0, 8, value, 0, VALUE_BYTES);
            if (batch.size() == 6 || i + 1 == entries) {
                while (requests.putAll(batch, OffHeapCache.NO_TTL) == ClusterRequests.NOT_NOW) {
                    requests.poll();
                }
                batch.clear();
            }
        }
        drain(rig, requests);
    }
}
