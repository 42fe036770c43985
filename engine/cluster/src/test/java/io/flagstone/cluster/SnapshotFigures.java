// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures for how long a snapshot stops the members of a cluster. Not a test: run its main method.
 * {@link SnapshotParts} measures the parts of a stop.
 *
 * <p>The members, their drivers and the client are in this process. The entries are put into each
 * member's cache directly, not through the log. Before each snapshot all entries are used in an
 * order that is unlike their order in memory.
 */
final class SnapshotFigures {
    private static final int KEY_BYTES = 8;
    private static final int ENTRY_HEADER = 16;

    /** Primes, so that their multiples modulo a smaller number of entries visit all of them. */
    private static final long[] STRIDES = {
        2_147_483_647L, 2_147_483_629L, 2_147_483_587L, 2_147_483_579L, 2_147_483_563L
    };

    private final long entries;
    private final int valueBytes;
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_BYTES]);
    private final UnsafeBuffer value;

    SnapshotFigures(long mib, int valueBytes) {
        this.entries = (mib << 20) / (ENTRY_HEADER + KEY_BYTES + valueBytes);
        this.valueBytes = valueBytes;
        this.value = new UnsafeBuffer(new byte[valueBytes]);
    }

    /**
     * Prints the figures.
     *
     * @param args the MiB of the snapshot, the bytes of a value, the number of members, and how
     *     many snapshots are taken.
     */
    public static void main(String[] args) throws IOException {
        final long mib = Long.parseLong(args[0]);
        final int members = Integer.parseInt(args[2]);
        final SnapshotFigures figures = new SnapshotFigures(mib, Integer.parseInt(args[1]));
        final File directory =
                Files.createTempDirectory(Path.of("/dev/shm"), "flagstone-figures").toFile();
        final File files = new File(directory, "cluster");
        final long memory = figures.memoryBytes();
        try (ClusterRig rig = new ClusterRig(files, members, member -> settings(memory))) {
            rig.leader();
            for (final FlagstoneClusteredService service : rig.services) {
                figures.fill(service.state().cache());
            }
            for (int i = 0; i < Integer.parseInt(args[3]); i++) {
                figures.round(rig, i);
                dropSnapshots(files, mib << 19);
            }
        } finally {
            Files.deleteIfExists(directory.toPath());
        }
    }

    private static ClusterServiceContext settings(long memory) {
        final ClusterServiceContext settings =
                new ClusterServiceContext()
                        .cache(
                                OffHeapCache.builder().memoryBytes(memory).segments(4),
                                ClusterRig.SEED)
                        .tickMs(20);
        return Boolean.getBoolean("flagstone.figures.oneThread")
                ? settings.snapshotThreads(null)
                : settings;
    }

    /** Returns memory in which all entries have room. */
    long memoryBytes() {
        return entries * (valueBytes + KEY_BYTES + 64) * 10 / 9 + (16 << 20);
    }

    long entries() {
        return entries;
    }

    void fill(OffHeapCache cache) {
        for (long i = 0; i < entries; i++) {
            key.putLong(0, i);
            value.putLong(0, i);
            cache.put(key, 0, KEY_BYTES, value, 0, valueBytes);
        }
        if (cache.size() != entries) {
            throw new AssertionError("entries were evicted: size=" + cache.size());
        }
    }

    void shuffle(OffHeapCache cache, int round) {
        for (long i = 0; i < entries; i++) {
            key.putLong(0, i * STRIDES[round % STRIDES.length] % entries);
            cache.get(key, 0, KEY_BYTES, value, 0);
        }
    }

    private void round(ClusterRig rig, int round) {
        for (final FlagstoneClusteredService service : rig.services) {
            shuffle(service.state().cache(), round);
        }
        final long[] longest = {0};
        final boolean[] done = {false};
        final ClusterCache client = rig.cache();
        final Thread caller =
                new Thread(
                        () -> {
                            final UnsafeBuffer absent = new UnsafeBuffer(new byte[KEY_BYTES]);
                            absent.putLong(0, -1);
                            synchronized (done) {
                                while (!done[0]) {
                                    final long startNs = System.nanoTime();
                                    client.contains(absent, 0, KEY_BYTES);
                                    longest[0] = Math.max(longest[0], System.nanoTime() - startNs);
                                    awaitQuietly(done);
                                }
                            }
                        },
                        "caller");
        caller.start();
        rig.snapshot();
        synchronized (done) {
            done[0] = true;
        }
        try {
            caller.join();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (!rig.divergences.isEmpty()) {
            throw new AssertionError(rig.divergences.get(0));
        }
        final StringBuilder line = new StringBuilder("stop, ms:");
        for (final FlagstoneClusteredService service : rig.services) {
            line.append(' ').append(TimeUnit.NANOSECONDS.toMillis(service.lastSnapshotNs()));
        }
        System.out.println(
                line
                        + "  client waited, ms: "
                        + TimeUnit.NANOSECONDS.toMillis(longest[0])
                        + "  entries: "
                        + rig.services[0].state().entries());
    }

    private static void awaitQuietly(boolean[] done) {
        try {
            done.wait(1);
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Deletes recordings that are longer than a number of bytes: memory is short. */
    private static void dropSnapshots(File files, long bytes) throws IOException {
        final List<Path> recordings;
        try (Stream<Path> all = Files.walk(files.toPath())) {
            recordings = all.filter(path -> path.toString().endsWith(".rec")).toList();
        }
        final Map<String, Long> lengths = new HashMap<>();
        for (final Path file : recordings) {
            lengths.merge(recording(file), Files.size(file), Long::sum);
        }
        for (final Path file : recordings) {
            if (lengths.get(recording(file)) > bytes) {
                Files.delete(file);
            }
        }
    }

    private static String recording(Path file) {
        return file.getParent() + "/" + file.getFileName().toString().replaceAll("-.*", "");
    }
}
