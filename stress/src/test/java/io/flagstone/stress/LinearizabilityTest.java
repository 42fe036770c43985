// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.OffHeapCache;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * Checks that some order of the operations of two threads explains their results. Lincheck
 * generates scenarios of a few operations, the same ones each time, and runs each many times.
 */
class LinearizabilityTest {
    private static final int MAX_ENTRIES = 2;
    private static final int SCENARIOS = Integer.getInteger("flagstone.lincheck.scenarios", 25);
    private static final int RUNS =
            Integer.getInteger(
                    "flagstone.lincheck.runs",
                    4 * Integer.getInteger("flagstone.test.effort", 100));

    /** A cache with room for all keys. */
    public static final class Roomy extends CacheOperations {
        public Roomy() {
            super(OffHeapCache.builder());
        }
    }

    /** A cache with room for two of the keys. */
    public static final class Evicting extends CacheOperations {
        public Evicting() {
            super(OffHeapCache.builder().maxEntries(MAX_ENTRIES));
        }
    }

    /** A cache with room for the two keys that were used last. */
    public static final class ExactLru extends CacheOperations {
        public ExactLru() {
            super(OffHeapCache.builder().maxEntries(MAX_ENTRIES).promotionDistance(0));
        }
    }

    /** The sequential specification of {@link ExactLru}. */
    public static final class SequentialLru extends SequentialCache {
        public SequentialLru() {
            super(MAX_ENTRIES);
        }
    }

    private static StressOptions options() {
        return new StressOptions()
                .iterations(SCENARIOS)
                .invocationsPerIteration(RUNS)
                .threads(2)
                .actorsPerThread(3);
    }

    @Test
    void withoutEviction() {
        options().sequentialSpecification(SequentialCache.class).check(Roomy.class);
    }

    @Test
    void anyEviction() {
        options()
                .sequentialSpecification(SequentialCache.class)
                .verifier(EvictionVerifier.class)
                .check(Evicting.class);
    }

    @Test
    void exactLru() {
        options().sequentialSpecification(SequentialLru.class).check(ExactLru.class);
    }
}
