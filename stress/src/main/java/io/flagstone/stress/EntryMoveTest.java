// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.SizeClassReport;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Entries move to other chunks, because another size class takes their slab. Readers find their
 * keys all the time. The test fails if a reader looks up the chunk before the move and trusts its
 * contents after the move. There are always enough free chunks, so nothing is evicted.
 */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "found")
@Outcome(expect = Expect.FORBIDDEN, desc = "a miss, or a torn value")
@State
public class EntryMoveTest {
    private static final int SHORT = 64;
    private static final int SHORT_CHUNK = 112;
    private static final int LONG = 904;
    private static final int SLAB = 1 << 10;
    private static final int UNTOUCHED = 12;
    private static final OffHeapCache CACHE =
            OffHeapCache.builder().memoryBytes(16 << 10).slabBytes(SLAB).segments(1).build();
    private static final UnsafeBuffer VALUE = SharedCache.value(1, SHORT);
    private static final UnsafeBuffer FILLER = SharedCache.value(2, SHORT);
    private static final UnsafeBuffer OTHER = SharedCache.value(3, LONG);
    private static final ArrayDeque<Long> FILLERS = new ArrayDeque<>();
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    static {
        for (int i = 0; i < UNTOUCHED; i++) {
            CACHE.put(-1 - i, VALUE, 0, SHORT);
            fill(3);
        }
    }

    private static void fill(int count) {
        for (int i = 0; i < count; i++) {
            final long key = SharedCache.nextKey();
            FILLERS.add(key);
            CACHE.put(key, FILLER, 0, SHORT);
        }
    }

    /** Synchronized in case two writers ever run at once. */
    private static synchronized void moveSome() {
        final int fillers = FILLERS.size();
        for (int i = 0; i < fillers; i++) {
            final long key = FILLERS.poll();
            if (RANDOM.nextInt(5) < 2) {
                CACHE.remove(key);
            } else {
                FILLERS.add(key);
            }
        }
        final long[] others = new long[room(CACHE.memoryReport())];
        for (int i = 0; i < others.length; i++) {
            others[i] = SharedCache.nextKey();
            CACHE.put(others[i], OTHER, 0, LONG);
        }
        for (final long key : others) {
            CACHE.remove(key);
        }
        fill(3 * UNTOUCHED - FILLERS.size());
    }

    /** Returns how many slabs are available to long values without an eviction. */
    private static int room(MemoryReport report) {
        long room = report.freeSlabBytes() / SLAB;
        for (final SizeClassReport held : report.sizeClasses()) {
            if (held.chunkBytes() >= SHORT_CHUNK && held.chunkBytes() < LONG) {
                room += held.freeChunks() / (SLAB / held.chunkBytes());
            }
        }
        return (int) room;
    }

    @Actor
    public void writer() {
        moveSome();
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = 11;
        for (int i = 0; i < UNTOUCHED && result.r1 == 11; i++) {
            result.r1 = SharedCache.read(CACHE, -1 - i);
        }
    }
}
