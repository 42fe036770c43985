// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.api.RemovalCause;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeApplier;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.MappedCopy;
import io.flagstone.internal.memory.RawMemory;
import io.flagstone.internal.segment.Following;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentConfig;
import io.flagstone.internal.segment.TimesToLive;
import java.lang.ref.Reference;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.NanoClock;

/**
 * Applies changes to a cache that follows.
 *
 * <p>A lock keeps a promotion out of the middle of a change. So no change is applied after the
 * first write of a user. An applying thread does not wait for the lock, and holds it while it waits
 * for the lock of a segment. A promoting thread waits for it, and so must not be in a callback.
 *
 * <p>How far the wall clock is ahead of the cache's clock is read again when some time has passed,
 * because the wall clock may be adjusted.
 */
final class Follower implements ChangeApplier {
    private static final long CLOCKS_AGE_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SegmentedCache cache;
    private final Following following;
    private final NanoClock clock;
    private final EpochNanoClock epochClock;
    private final long birthNs;
    private final ReentrantLock changing = new ReentrantLock();

    /** How far the wall clock is ahead of the time since the cache's birth; guarded by the lock. */
    private long aheadNs;

    /** When the clocks were read, by the cache's clock; guarded by the lock. */
    private long readNs;

    /** The evictions until the promotion, or until the last look at an open cache. */
    private volatile long ownEvictions;

    /** The resets of segments, as above. */
    private volatile long ownResets;

    Follower(SegmentedCache cache, SegmentConfig config, EpochNanoClock epochClock) {
        this.cache = cache;
        this.following = config.times().following();
        this.clock = config.times().clock();
        this.epochClock = epochClock;
        this.birthNs = config.times().birthNs();
        readClocks(clock.nanoTime());
    }

    @Override
    public void put(
            DirectBuffer buffer,
            int keyOffset,
            int keyLength,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean sliding) {
        SegmentedCache.checkKey(buffer, keyOffset, keyLength);
        SegmentedCache.checkValue(buffer, valueOffset, valueLength);
        if (MappedCopy.isNeeded(buffer)) {
            try (MappedCopy key = MappedCopy.of(buffer, keyOffset, keyLength);
                    MappedCopy value =
                            cache.copyOfValue(keyLength, buffer, valueOffset, valueLength)) {
                put(
                        key.buffer(),
                        0,
                        keyLength,
                        value.buffer(),
                        0,
                        valueLength,
                        deadlineNs,
                        sliding);
            }
        } else {
            put(
                    buffer,
                    keyOffset,
                    keyLength,
                    buffer,
                    valueOffset,
                    valueLength,
                    deadlineNs,
                    sliding);
        }
    }

    private void put(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            DirectBuffer value,
            int valueOffset,
            int valueLength,
            long deadlineNs,
            boolean sliding) {
        final byte[] keyBase = key.byteArray();
        final long keyAddress = SegmentedCache.at(key, keyOffset);
        final Object keyOwner = RawMemory.owner(key);
        final byte[] base = value.byteArray();
        final long address = SegmentedCache.at(value, valueOffset);
        final Object owner = RawMemory.owner(value);
        final long hash = cache.hash(keyBase, keyAddress, keyLength);
        begin();
        try {
            cache.segment(hash)
                    .load(
                            hash,
                            keyBase,
                            keyAddress,
                            EntryLengths.of(keyLength, valueLength),
                            base,
                            address,
                            sinceBirth(deadlineNs),
                            sliding);
        } finally {
            changing.unlock();
        }
        Reference.reachabilityFence(keyOwner);
        Reference.reachabilityFence(owner);
    }

    @Override
    public boolean remove(DirectBuffer buffer, int keyOffset, int keyLength, RemovalCause cause) {
        if (MappedCopy.isNeeded(buffer)) {
            try (MappedCopy key = SegmentedCache.copyOfKey(buffer, keyOffset, keyLength)) {
                return remove(key.buffer(), 0, keyLength, cause);
            }
        }
        SegmentedCache.checkKey(buffer, keyOffset, keyLength);
        if (cause == null) {
            throw new IllegalArgumentException("cause must not be null");
        }
        final byte[] base = buffer.byteArray();
        final long address = SegmentedCache.at(buffer, keyOffset);
        final Object owner = RawMemory.owner(buffer);
        final long hash = cache.hash(base, address, keyLength);
        begin();
        try {
            final boolean removed =
                    cache.segment(hash).unload(hash, base, address, keyLength, cause);
            return SegmentedCache.alive(removed, owner, null);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public boolean deadline(
            DirectBuffer buffer, int keyOffset, int keyLength, long deadlineNs, boolean sliding) {
        if (MappedCopy.isNeeded(buffer)) {
            try (MappedCopy key = SegmentedCache.copyOfKey(buffer, keyOffset, keyLength)) {
                return deadline(key.buffer(), 0, keyLength, deadlineNs, sliding);
            }
        }
        SegmentedCache.checkKey(buffer, keyOffset, keyLength);
        final byte[] base = buffer.byteArray();
        final long address = SegmentedCache.at(buffer, keyOffset);
        final Object owner = RawMemory.owner(buffer);
        final long hash = cache.hash(base, address, keyLength);
        begin();
        try {
            final boolean found =
                    cache.segment(hash)
                            .setDeadline(
                                    hash,
                                    base,
                                    address,
                                    keyLength,
                                    sinceBirth(deadlineNs),
                                    sliding);
            return SegmentedCache.alive(found, owner, null);
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void clear() {
        begin();
        try {
            for (final Segment segment : cache.segments()) {
                segment.clear();
            }
        } finally {
            changing.unlock();
        }
    }

    @Override
    public void promote() {
        cache.segments()[0].refuseCallback();
        changing.lock();
        try {
            ownEvictions();
            ownResets();
            following.end();
        } finally {
            changing.unlock();
        }
    }

    @Override
    public boolean isFollowing() {
        return following.isOn();
    }

    @Override
    public long ownEvictions() {
        final Segment[] segments = cache.segmentsOrNull();
        if (segments != null && following.isOn()) {
            ownEvictions = sum(segments, Segment::evictions);
        }
        return ownEvictions;
    }

    @Override
    public long ownResets() {
        final Segment[] segments = cache.segmentsOrNull();
        if (segments != null && following.isOn()) {
            ownResets = sum(segments, Segment::resets);
        }
        return ownResets;
    }

    private static long sum(Segment[] segments, ToLongFunction<Segment> count) {
        long sum = 0;
        for (final Segment segment : segments) {
            sum += count.applyAsLong(segment);
        }
        return sum;
    }

    /** Takes the lock for a change. */
    private void begin() {
        if (changing.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "re-entry: a callback must not apply a change to its cache");
        }
        if (!changing.tryLock()) {
            throw new IllegalStateException(
                    following.isOn()
                            ? "another thread is applying a change; one thread at a time may"
                            : "the cache was promoted and no longer follows");
        }
        if (!following.isOn()) {
            changing.unlock();
            throw new IllegalStateException("the cache was promoted and no longer follows");
        }
    }

    /**
     * Converts a deadline. One before the cache's birth becomes 0, at which every entry has
     * expired.
     *
     * @param deadlineNs in nanoseconds since 1970, or none.
     * @return in nanoseconds since the cache's birth, or none.
     */
    private long sinceBirth(long deadlineNs) {
        if (deadlineNs == Change.NO_DEADLINE) {
            return TimesToLive.NONE;
        }
        final long nowNs = clock.nanoTime();
        if (nowNs - readNs > CLOCKS_AGE_NS) {
            readClocks(nowNs);
        }
        if (deadlineNs <= aheadNs) {
            return 0;
        }
        final long sinceBirthNs = deadlineNs - aheadNs;
        // A negative difference has overflown, so the deadline is farther away than any.
        return sinceBirthNs < 0 ? TimesToLive.NONE : sinceBirthNs;
    }

    private void readClocks(long nowNs) {
        readNs = nowNs;
        aheadNs = ClockPair.aheadNs(clock, epochClock) + birthNs;
    }
}
