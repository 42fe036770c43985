// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.cache.management.CacheStatisticsMXBean;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The specification's statistics. While they are disabled they count nothing. An operation that
 * began while they were disabled is not counted. Thread-safe.
 */
final class Counters implements CacheStatisticsMXBean {
    /** The start time of an operation that is not counted. */
    static final long UNCOUNTED = Long.MIN_VALUE;

    private final OffHeapCache engine;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder removals = new LongAdder();
    private final LongAdder getNs = new LongAdder();
    private final LongAdder putNs = new LongAdder();
    private final LongAdder removeNs = new LongAdder();
    private final LongAdder unkept = new LongAdder();

    /** The evictions counted before the statistics were last enabled or disabled. */
    private long evictionsBefore;

    /** The engine's evictions when the statistics were last enabled or cleared. */
    private long evictionsAtStart;

    private volatile boolean enabled;

    Counters(OffHeapCache engine) {
        this.engine = engine;
    }

    synchronized void enable(boolean on) {
        if (on && !enabled) {
            evictionsAtStart = engine.statistics().evictions();
        } else if (!on && enabled) {
            evictionsBefore += engine.statistics().evictions() - evictionsAtStart;
        }
        enabled = on;
    }

    boolean isEnabled() {
        return enabled;
    }

    /** Returns the current time, or {@link #UNCOUNTED} while the statistics are disabled. */
    long start() {
        return enabled ? SystemNanoClock.INSTANCE.nanoTime() : UNCOUNTED;
    }

    void got(boolean hit, long startNs) {
        count(hit ? hits : misses, getNs, startNs);
    }

    void put(long startNs) {
        count(puts, putNs, startNs);
    }

    void removed(long startNs) {
        count(removals, removeNs, startNs);
    }

    /** Counts a value that no slab can hold as an eviction. */
    void notKept() {
        if (enabled) {
            unkept.increment();
        }
    }

    private void count(LongAdder times, LongAdder ns, long startNs) {
        if (startNs != UNCOUNTED && enabled) {
            times.increment();
            ns.add(SystemNanoClock.INSTANCE.nanoTime() - startNs);
        }
    }

    @Override
    public synchronized void clear() {
        for (final LongAdder counter :
                new LongAdder[] {hits, misses, puts, removals, getNs, putNs, removeNs, unkept}) {
            counter.reset();
        }
        evictionsBefore = 0;
        evictionsAtStart = engine.statistics().evictions();
    }

    @Override
    public long getCacheHits() {
        return hits.sum();
    }

    @Override
    public float getCacheHitPercentage() {
        return ratio(100 * getCacheHits(), getCacheGets());
    }

    @Override
    public long getCacheMisses() {
        return misses.sum();
    }

    @Override
    public float getCacheMissPercentage() {
        return ratio(100 * getCacheMisses(), getCacheGets());
    }

    @Override
    public long getCacheGets() {
        return getCacheHits() + getCacheMisses();
    }

    @Override
    public long getCachePuts() {
        return puts.sum();
    }

    @Override
    public long getCacheRemovals() {
        return removals.sum();
    }

    @Override
    public synchronized long getCacheEvictions() {
        final long now = enabled ? engine.statistics().evictions() - evictionsAtStart : 0;
        return evictionsBefore + now + unkept.sum();
    }

    @Override
    public float getAverageGetTime() {
        return micros(getNs, getCacheGets());
    }

    @Override
    public float getAveragePutTime() {
        return micros(putNs, getCachePuts());
    }

    @Override
    public float getAverageRemoveTime() {
        return micros(removeNs, getCacheRemovals());
    }

    private static float micros(LongAdder ns, long times) {
        return ratio(ns.sum(), times) / TimeUnit.MICROSECONDS.toNanos(1);
    }

    private static float ratio(long part, long whole) {
        return whole == 0 ? 0 : (float) part / whole;
    }
}
