// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.bench.hitratio.IdealCache;
import io.flagstone.bench.trace.Request;
import io.flagstone.bench.trace.TraceFile;
import io.flagstone.bench.verify.ModelKey;
import io.flagstone.bench.verify.ReferenceModel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Replays a trace on a look-aside cache: each request is a get and, if the get misses, a put. If
 * the format has no times, each request takes a microsecond.
 */
final class TraceWorkload implements Workload {
    private static final long UNTIMED_STEP_NS = TimeUnit.MICROSECONDS.toNanos(1);

    private final TraceFile trace;
    private final MeasuredCache measured;
    private final OffHeapCache cache;
    private final ReplayClock clock;
    private final ReferenceModel model;
    private final TraceSettings settings;
    private final Request request = new Request();
    private final UnsafeBuffer written = new UnsafeBuffer(new byte[1 << 10]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[1 << 10]);
    private long requests;
    private long tooLarge;
    private final IdealCache ideal;
    private long refusedBytes;

    /**
     * Creates the workload.
     *
     * @param trace the requests.
     * @param measured the cache.
     * @param clock the clock of the cache.
     * @param model the model that is told of every operation, or null.
     * @param settings the settings of the replay.
     * @param memoryBytes the cache's memory; values of this size are refused without a put.
     */
    TraceWorkload(
            TraceFile trace,
            MeasuredCache measured,
            ReplayClock clock,
            ReferenceModel model,
            TraceSettings settings,
            long memoryBytes) {
        this.trace = trace;
        this.measured = measured;
        this.cache = measured.cache();
        this.clock = clock;
        this.model = model;
        this.settings = settings;
        this.ideal = settings.ideal() ? new IdealCache(memoryBytes) : null;
        this.refusedBytes = Math.min(memoryBytes, CacheBuilder.MAX_SLAB_BYTES);
    }

    @Override
    public boolean step() throws IOException {
        if (!trace.next(request)) {
            return false;
        }
        final long time = trace.format().timed() ? request.timeNs() : requests * UNTIMED_STEP_NS;
        requests++;
        final boolean moved = clock.advanceTo(time);
        final Object key = model == null && ideal == null ? null : modelKey();
        if (ideal != null) {
            ideal.request(key, request.keyLength(), valueBytes(), ttlNs(), clock.nanoTime());
        }
        final int length = get();
        if (length == OffHeapCache.NOT_FOUND) {
            if (model != null) {
                model.miss(key);
            }
            fill(key);
        } else if (model != null) {
            model.hit(key, read, length);
        }
        if (moved) {
            cache.doWork();
        }
        return true;
    }

    private void fill(Object key) {
        final long size = valueBytes();
        if (size >= refusedBytes) {
            tooLarge++;
            return;
        }
        final int length = (int) size;
        writePattern(length);
        final long ttlNs = ttlNs();
        final boolean absent;
        try {
            absent = put(length, ttlNs);
        } catch (EntryTooLargeException refusal) {
            // A value as large as the largest entry cannot fit either, because of its key.
            refusedBytes = Math.min(refusedBytes, refusal.maxEntryBytes());
            tooLarge++;
            return;
        }
        if (model != null) {
            model.stored(key, segment(), written, length, ttlNs, absent);
        }
    }

    private long ttlNs() {
        return request.ttlNs() == Request.UNKNOWN ? settings.ttlNs() : request.ttlNs();
    }

    private long valueBytes() {
        if (settings.valueBytes() >= 0) {
            return settings.valueBytes();
        }
        return request.size() == Request.UNKNOWN
                ? TraceSettings.DEFAULT_VALUE_BYTES
                : request.size();
    }

    /** Writes a value that differs in each put, so the model notices an older value of the key. */
    private void writePattern(int length) {
        if (length > written.capacity()) {
            final int capacity = (int) Math.min(2L * length, Integer.MAX_VALUE - 8);
            written.wrap(new byte[capacity]);
            read.wrap(new byte[capacity]);
        }
        long word = requests * 0x9e3779b97f4a7c15L;
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            word ^= word >>> 31;
            word *= 0xd6e8feb86659fd93L;
            written.putLong(i, word);
        }
        for (; i < length; i++) {
            written.putByte(i, (byte) (word >>> i % Long.BYTES * Byte.SIZE));
        }
    }

    private int get() {
        return request.numeric()
                ? measured.get(request.key(), read)
                : measured.get(request.keyBuffer(), request.keyLength(), read);
    }

    private boolean put(int length, long ttlNs) {
        return request.numeric()
                ? measured.put(request.key(), written, length, ttlNs)
                : measured.put(request.keyBuffer(), request.keyLength(), written, length, ttlNs);
    }

    private int segment() {
        return request.numeric()
                ? cache.segmentIndex(request.key())
                : cache.segmentIndex(request.keyBuffer(), 0, request.keyLength());
    }

    private Object modelKey() {
        return ModelKey.of(request.keyBuffer(), 0, request.keyLength());
    }

    @Override
    public long position() {
        return trace.position();
    }

    @Override
    public long length() {
        return trace.length();
    }

    @Override
    public IdealCache ideal() {
        return ideal;
    }

    @Override
    public long tooLarge() {
        return tooLarge;
    }
}
