// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Insertions move other keys between buckets, and readers find those keys all the time. The test
 * fails if a reader searches one bucket before the move and the other after it, and reports a miss.
 * The index is as full as it can be without an eviction.
 */
@JCStressTest
@Outcome(id = "11", expect = Expect.ACCEPTABLE, desc = "found")
@Outcome(expect = Expect.FORBIDDEN, desc = "a miss, or a torn value")
@State
public class IndexMoveTest {
    private static final int LENGTH = 64;
    private static final int ENTRIES = 84;
    private static final int TOUCHED = 42;
    private static final OffHeapCache CACHE =
            OffHeapCache.builder()
                    .memoryBytes(32 << 10)
                    .slabBytes(1 << 10)
                    .maxEntries(ENTRIES)
                    .segments(1)
                    .hashSeed(1)
                    .build();
    private static final UnsafeBuffer VALUE = SharedCache.value(1, LENGTH);
    private static final long[] TOUCHED_KEYS = new long[TOUCHED];
    private static int turn;

    static {
        for (int i = 0; i < ENTRIES - TOUCHED; i++) {
            CACHE.put(-1 - i, VALUE, 0, LENGTH);
        }
    }

    /** Synchronized in case two writers ever run at once. */
    private static synchronized void replaceOne() {
        turn = (turn + 1) % TOUCHED;
        CACHE.remove(TOUCHED_KEYS[turn]);
        TOUCHED_KEYS[turn] = SharedCache.nextKey();
        CACHE.put(TOUCHED_KEYS[turn], VALUE, 0, LENGTH);
    }

    @Actor
    public void writer() {
        replaceOne();
        replaceOne();
    }

    @Actor
    public void reader(I_Result result) {
        result.r1 = 11;
        for (int i = 0; i < ENTRIES - TOUCHED && result.r1 == 11; i++) {
            result.r1 = SharedCache.read(CACHE, -1 - i);
        }
    }
}
