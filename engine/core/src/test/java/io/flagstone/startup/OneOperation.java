// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import io.flagstone.OffHeapCache;

/** The smallest program that uses the engine. */
public final class OneOperation {
    private OneOperation() {}

    /** Prints the number of entries of a new cache. */
    public static void main(String[] args) {
        try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(1 << 20).build()) {
            cache.addAndGetLong(42, 0, 1, 0);
            System.out.print("entries " + cache.size());
        }
    }
}
