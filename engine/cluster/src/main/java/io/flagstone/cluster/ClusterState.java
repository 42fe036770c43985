// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.Setting.Origin;
import io.flagstone.cluster.internal.ClusterClock;
import io.flagstone.cluster.internal.Fingerprint;
import io.flagstone.cluster.internal.SnapshotReader;
import io.flagstone.cluster.internal.SnapshotWriter;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/**
 * A cache as a part of the state of a clustered service: the same in all members, saved and loaded
 * with their snapshots.
 *
 * <pre>{@code
 * // in onStart, if there is a snapshot
 * state.load(snapshotImage, cluster.idleStrategy());
 * // first in every callback that has a time
 * state.time(timestamp, cluster.timeUnit());
 * // in onTakeSnapshot
 * state.save(snapshotPublication, cluster.idleStrategy());
 * }</pre>
 *
 * <p><b>Equal members.</b> Entries are evicted in the same order everywhere, because
 *
 * <ul>
 *   <li>the time of the cache is that of the log, and 0 when it is built;
 *   <li>the hash seed and the number of segments are given, and the order of use is exact;
 *   <li>one thread writes, under the segments' locks alone;
 *   <li>{@link #save} leaves the cache as {@link #load} would: what the snapshot does not have,
 *       such as the size classes of slabs, is the same in members that saved and that loaded it.
 * </ul>
 *
 * <p>You keep it so: call the cache only for events of the log, with the same calls in all members.
 * A {@code get} is a use and steers eviction. Other threads may call {@link #peek}, and nothing
 * else.
 *
 * <p><b>Memory.</b> Twice the builder's {@code memoryBytes}: {@code save} copies the entries into a
 * second cache and then goes on with that one. So do not keep what {@link #cache} returns.
 *
 * <p><b>Threads.</b> {@code save} starts a thread that fills the second cache while the caller's
 * writes the snapshot. It has ended when {@code save} returns.
 *
 * <p>One thread calls all methods, except for {@code peek}. {@code save} and {@code load} allocate.
 */
public final class ClusterState implements AutoCloseable {
    private static final List<String> REFUSED =
            List.of("directory", "restore", "changeFeedBytes", "follower");

    /** A thread for the second cache, if there is a processor for it. */
    static final ThreadFactory LOADERS = ClusterState::newLoader;

    private final ClusterClock clock = new ClusterClock();
    private final long configuration;
    private final ThreadFactory loaders;
    private volatile Half active;
    private Half spare;
    private volatile Throwable failure;
    private long digest;
    private long entries;

    /** One of the two caches, in one period between two snapshots. */
    private static final class Half {
        private final OffHeapCache cache;

        Half(OffHeapCache cache) {
            this.cache = cache;
        }
    }

    /**
     * Builds the cache, and the second one that snapshots need.
     *
     * @param builder has {@code memoryBytes} and {@code segments}. Its clock, hash seed, promotion
     *     distance, removal handler and error handler are replaced. It must not have a directory, a
     *     feed or a file to restore.
     * @param hashSeed the same in all members, for good. Keep it secret if clients may choose keys.
     * @throws IllegalArgumentException if {@code segments} is not set, because the default depends
     *     on the machine; or if a setting does not suit a state machine.
     */
    public ClusterState(CacheBuilder builder, long hashSeed) {
        this(builder, hashSeed, LOADERS);
    }

    /**
     * Builds the cache, and the second one that snapshots need.
     *
     * @param builder as in {@link #ClusterState(CacheBuilder, long)}.
     * @param hashSeed the same in all members, for good. Keep it secret if clients may choose keys.
     * @param loaders makes the thread that fills the second cache while {@link #save} writes the
     *     snapshot, one for each call. If it is null or returns null, {@code save} does both, which
     *     takes longer and needs one processor less. The state does not depend on it.
     * @throws IllegalArgumentException if {@code segments} is not set, because the default depends
     *     on the machine; or if a setting does not suit a state machine.
     */
    public ClusterState(CacheBuilder builder, long hashSeed, ThreadFactory loaders) {
        this.loaders = loaders;
        final CacheBuilder own =
                builder.copy()
                        .clock(clock)
                        .hashSeed(hashSeed)
                        .promotionDistance(0)
                        // Without a handler, two threads could write values at the same time, and
                        // the wheel would depend on it.
                        .removalHandler((cause, key, value) -> {})
                        .errorHandler(thrown -> failure = thrown);
        final OffHeapCache first = own.build();
        boolean usable = false;
        try {
            check(first.configuration());
            this.configuration = Fingerprint.of(first, hashSeed);
            this.active = new Half(first);
            this.spare = new Half(own.build());
            usable = true;
        } finally {
            if (!usable) {
                first.close();
            }
        }
    }

    private static Thread newLoader(Runnable task) {
        if (Runtime.getRuntime().availableProcessors() == 1) {
            return null;
        }
        final Thread thread = new Thread(task, "flagstone-snapshot");
        thread.setDaemon(true);
        return thread;
    }

    private static void check(EffectiveConfiguration configuration) {
        for (final String name : REFUSED) {
            if (configuration.setting(name).origin() == Origin.BUILDER) {
                throw new IllegalArgumentException(
                        name + " does not suit a cache whose state is that of a cluster's log");
            }
        }
        final Origin segments = configuration.setting("segments").origin();
        if (segments != Origin.BUILDER && segments != Origin.SYSTEM_PROPERTY) {
            throw new IllegalArgumentException(
                    "segments must be set: the default depends on the machine");
        }
    }

    /**
     * Returns the cache. Call this each time: {@link #save} goes on with another one.
     *
     * @return the cache, for the thread of the service.
     */
    public OffHeapCache cache() {
        return active.cache;
    }

    /**
     * Sets the time of the cache. Call this first in each callback of the service.
     *
     * @param timestamp of the event of the log.
     * @param unit the cluster's unit.
     */
    public void time(long timestamp, TimeUnit unit) {
        clock.advanceTo(unit.toNanos(timestamp));
    }

    /**
     * Returns the time of the cache.
     *
     * @return nanoseconds since 1970 of the last event, 0 before the first.
     */
    public long timeNs() {
        return clock.nanoTime();
    }

    /**
     * Loads the cache from a snapshot, up to the end of what {@link #save} wrote. Leaves in the
     * image whatever the service wrote after that.
     *
     * @param image of the snapshot.
     * @param idle called while there is nothing to read.
     * @throws IllegalStateException if the snapshot is damaged or incomplete. Then the service must
     *     not start.
     */
    public void load(Image image, IdleStrategy idle) {
        final SnapshotReader reader = new SnapshotReader(StateTransfer.of(active.cache), clock);
        reader.read(image, idle);
        digest = reader.digest();
        entries = reader.entries();
    }

    /**
     * Writes the cache to a snapshot: the entries in the order of use, with their deadlines and
     * checksums. Then goes on with a copy, which is what a member that loads this snapshot has.
     *
     * @param publication of the snapshot.
     * @param idle called while the publication takes nothing.
     * @throws IllegalStateException if the snapshot could not be written. The state is the same as
     *     in members that could.
     */
    public void save(ExclusivePublication publication, IdleStrategy idle) {
        final Half from = active;
        final Half to = spare;
        final StateTransfer target = StateTransfer.of(to.cache);
        target.reset();
        final SnapshotWriter writer = new SnapshotWriter(target, publication, idle, loaders);
        try {
            writer.write(
                    StateTransfer.of(from.cache),
                    clock.nanoTime(),
                    configuration,
                    from.cache.segmentCount());
        } finally {
            digest = writer.digest();
            entries = writer.entries();
            active = to;
            spare = new Half(from.cache);
        }
    }

    /**
     * Copies a value that this member has now. It is no use and steers nothing, so it need not be
     * an event of the log. Any thread may call this.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @param destination receives the value.
     * @param destinationOffset the offset at which to write.
     * @return the value's length, {@link OffHeapCache#NOT_FOUND} or {@link
     *     OffHeapCache#INSUFFICIENT_CAPACITY}.
     */
    public int peek(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer destination,
            int destinationOffset) {
        while (true) {
            final Half half = active;
            final int length =
                    half.cache.peek(key, keyOffset, keyLength, destination, destinationOffset);
            // The next snapshot but one empties this half again.
            if (half == active) {
                return length;
            }
        }
    }

    /**
     * Returns the digest of the snapshot that was saved or loaded last. It depends on keys, values,
     * deadlines and the order of use: members that are equal have the same one.
     *
     * @return the digest, or 0 before the first.
     */
    public long digest() {
        return digest;
    }

    /**
     * Returns the number of entries of the snapshot that was saved or loaded last.
     *
     * @return the number.
     */
    public long entries() {
        return entries;
    }

    /**
     * Returns a number that stands for the configuration of the cache. Members with different ones
     * evict different entries.
     *
     * @return the number.
     */
    public long configuration() {
        return configuration;
    }

    /** Returns the largest entry that the cache takes, header included. */
    int maxEntryBytes() {
        return Integer.parseInt(
                active.cache
                        .configuration()
                        .setting("maxEntryBytes")
                        .value()
                        .replaceAll("[^0-9]", ""));
    }

    /**
     * Returns the error after which the cache has emptied a segment, or that a handler has thrown.
     * This member is then no longer equal to the others and should stop; it is whole again after a
     * restart from a snapshot and the log.
     *
     * @return null if there was none.
     */
    public Throwable failure() {
        return failure;
    }

    /** Closes the cache. Closing again does nothing. */
    @Override
    public void close() {
        active.cache.close();
        spare.cache.close();
    }
}
