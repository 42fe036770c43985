package io.flagstone.jcache;

import io.flagstone.OffHeapCache;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.cache.management.CacheStatisticsMXBean;
import org.agrona.concurrent.SystemNanoClock;

/** The specification's statistics. Counts nothing while they are switched off. */
final class Counters implements CacheStatisticsMXBean {
    private final OffHeapCache engine;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder puts = new LongAdder();
    private final LongAdder removals = new LongAdder();
    private final LongAdder getNs = new LongAdder();
    private final LongAdder putNs = new LongAdder();
    private final LongAdder removeNs = new LongAdder();
    private volatile long evictionsBefore;
    private volatile boolean enabled;

    Counters(OffHeapCache engine) {
        this.engine = engine;
    }

    void enable(boolean on) {
        enabled = on;
    }

    /** The time, or 0 if nobody wants to know. */
    long start() {
        return enabled ? SystemNanoClock.INSTANCE.nanoTime() : 0;
    }

    void got(boolean hit, long startNs) {
        count(hit ? hits : misses, getNs, startNs);
    }

    void put(boolean stored, long startNs) {
        if (stored) {
            count(puts, putNs, startNs);
        }
    }

    /** Counts a removal, if it was one, and returns whether it was. */
    boolean removed(boolean wasThere, long startNs) {
        if (wasThere) {
            count(removals, removeNs, startNs);
        }
        return wasThere;
    }

    private void count(LongAdder times, LongAdder ns, long startNs) {
        if (enabled) {
            times.increment();
            ns.add(startNs == 0 ? 0 : SystemNanoClock.INSTANCE.nanoTime() - startNs);
        }
    }

    @Override
    public void clear() {
        for (final LongAdder counter :
                new LongAdder[] {hits, misses, puts, removals, getNs, putNs, removeNs}) {
            counter.reset();
        }
        evictionsBefore = engine.statistics().evictions();
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
    public long getCacheEvictions() {
        return engine.statistics().evictions() - evictionsBefore;
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
