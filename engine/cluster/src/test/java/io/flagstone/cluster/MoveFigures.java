// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.Operation;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.agrona.DirectBuffer;
import org.agrona.IoUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures a move of slots: {@code MoveFigures MEMBERS ENTRIES VALUE_BYTES STEP PAGE_BYTES}. Adds a
 * second shard to a cluster that has all entries, so that half of the slots move, while a client
 * reads and writes random keys. Not a test: run its main method.
 *
 * <p>All members, the mover and the client are in this process. A page of more than 8 000 bytes
 * needs longer terms: set {@code flagstone.figures.term}.
 */
final class MoveFigures {
    private static final int SEGMENTS = 4;
    private static final int BATCH = 64;
    private static final int BATCH_BYTES = 6_000;

    private final int entries;
    private final int valueBytes;
    private final List<Long> frozenNs = new ArrayList<>();
    private final List<Long> callsNs = new ArrayList<>();
    private long copied;
    private long slots;
    private long freezeNs;
    private volatile boolean isMoving = true;

    private MoveFigures(int entries, int valueBytes) {
        this.entries = entries;
        this.valueBytes = valueBytes;
    }

    /** Measures and prints. */
    public static void main(String[] args) throws IOException, InterruptedException {
        final int members = Integer.parseInt(args[0]);
        final MoveFigures figures =
                new MoveFigures(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        final File directory = Files.createTempDirectory("flagstone-figures").toFile();
        try (ClusterRig first =
                        new ClusterRig(new File(directory, "first"), members, figures::settings);
                ClusterRig second =
                        new ClusterRig(new File(directory, "second"), members, figures::settings)) {
            figures.fill(first.requests((request, outcome, number, buffer, offset, length) -> {}));
            figures.move(first, second, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
        } finally {
            IoUtil.delete(directory, true);
        }
    }

    private ClusterServiceContext settings(int member) {
        final long bytes = (long) entries * (valueBytes + 8 + 72) * 5 / 4 + (4 << 20);
        return new ClusterServiceContext()
                .cache(
                        OffHeapCache.builder().memoryBytes(bytes).segments(SEGMENTS),
                        ClusterRig.SEED)
                .tickMs(20);
    }

    private void fill(ClusterRequests requests) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        final int size = Math.max(1, Math.min(BATCH, BATCH_BYTES / (valueBytes + 32)));
        final ClusterBatch batch = new ClusterBatch();
        for (int i = 0; i < entries; i++) {
            key.putLong(0, i);
            batch.add(key, 0, 8, value, 0, valueBytes);
            if (batch.size() == size || i + 1 == entries) {
                while (requests.putAll(batch, OffHeapCache.NO_TTL) == ClusterRequests.NOT_NOW) {
                    requests.poll();
                }
                batch.clear();
            }
        }
        while (requests.pending() > 0) {
            requests.poll();
        }
    }

    private void move(ClusterRig first, ClusterRig second, int step, int pageBytes)
            throws InterruptedException {
        final Thread client = new Thread(() -> call(first), "client");
        client.start();
        final ShardConnections connections = new ShardConnections(first::clientContext);
        final long beginNs;
        try (ShardMover mover =
                new ShardMover(
                                endpoints -> timed(connections.to(endpoints)),
                                connections,
                                first.endpoints())
                        .step(step)
                        .pageBytes(pageBytes)
                        .listener(
                                (map, move, count) -> {
                                    copied += count;
                                    slots += move.slots().last() - move.slots().first() + 1;
                                })) {
            mover.map();
            beginNs = System.nanoTime();
            mover.add(second.endpoints());
        } finally {
            isMoving = false;
        }
        final double seconds = (System.nanoTime() - beginNs) / 1e9;
        client.join();
        final long evictions =
                first.services[0].state().cache().statistics().evictions()
                        + second.services[0].state().cache().statistics().evictions();
        System.out.printf(
                Locale.ROOT,
                "%d members, %,d entries of %d bytes, steps of %d, pages of %,d: %,d slots and %,d"
                        + " entries moved in %.1f s: %,.0f slots/s, %,.0f entries/s; frozen: %s;"
                        + " calls of a client: %s; evicted %d%n",
                first.members.length,
                entries,
                valueBytes,
                step,
                pageBytes,
                slots,
                copied,
                seconds,
                slots / seconds,
                copied / seconds,
                summary(frozenNs),
                summary(callsNs),
                evictions);
    }

    private static String summary(List<Long> ns) {
        Collections.sort(ns);
        return String.format(
                Locale.ROOT,
                "%,d, p50 %.1f ms, p99 %.1f ms, max %.1f ms",
                ns.size(),
                ns.get(ns.size() / 2) / 1e6,
                ns.get(ns.size() * 99 / 100) / 1e6,
                ns.get(ns.size() - 1) / 1e6);
    }

    /** Reads and writes until the move has ended. */
    private void call(ClusterRig rig) {
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[valueBytes]);
        final SplittableRandom random = new SplittableRandom(1);
        try (ShardedCache cache = ShardedCache.connect(rig.endpoints(), rig::clientContext)) {
            while (isMoving) {
                key.putLong(0, random.nextInt(entries));
                final long startNs = System.nanoTime();
                if (random.nextBoolean()) {
                    cache.put(key, 0, 8, value, 0, valueBytes, OffHeapCache.NO_TTL);
                } else if (cache.get(key, 0, 8, value, 0) != valueBytes) {
                    throw new IllegalStateException("an entry is lost");
                }
                callsNs.add(System.nanoTime() - startNs);
            }
        }
    }

    /**
     * Measures from the request that freezes slots to the answer of the target that it serves them.
     */
    private ShardLink timed(ShardLink link) {
        return new ForwardingLink(link) {
            @Override
            public Outcome call(
                    Operation operation,
                    int index,
                    long operand,
                    long expected,
                    DirectBuffer value,
                    int valueLength,
                    MutableDirectBuffer target) {
                if (operation == Operation.MOVE_FREEZE) {
                    freezeNs = System.nanoTime();
                }
                final Outcome outcome =
                        super.call(operation, index, operand, expected, value, valueLength, target);
                if (operation == Operation.MOVE_COMMIT && freezeNs != 0) {
                    frozenNs.add(System.nanoTime() - freezeNs);
                    freezeNs = 0;
                }
                return outcome;
            }
        };
    }
}
