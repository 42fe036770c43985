// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;

/**
 * Fills an empty index with many entries. Loads the buckets of a group of keys before it looks at
 * the first of them, so that the misses of the group overlap.
 */
public final class IndexRecovery {
    private static final int GROUP = 64;

    private final Region region;
    private final HashIndex index;
    private final IndexLookup lookup;
    private final int[] entries = new int[GROUP];
    private final long[] hashes = new long[GROUP];
    private int size;

    /** A sum that nobody reads. The compiler cannot drop the loads that it is made of. */
    private long loaded;

    /** Creates a recovery of an index, which it empties. */
    public IndexRecovery(Region region, HashIndex index) {
        this.region = region;
        this.index = index;
        this.lookup = index.lookup();
        index.restart();
    }

    /**
     * Adds an entry, now or with those that follow. The index must be below its capacity.
     *
     * @return an entry that has the key of another one, or {@link Region#NONE}.
     */
    public int add(int entry, long hash) {
        entries[size] = entry;
        hashes[size] = hash;
        return ++size == GROUP ? flush() : Region.NONE;
    }

    /**
     * Adds the entries that are left.
     *
     * @return an entry that has the key of another one, or {@link Region#NONE}.
     */
    public int flush() {
        long words = 0;
        for (int i = 0; i < size; i++) {
            words += lookup.prefetch(region, hashes[i]);
        }
        for (int i = 0; i < size; i++) {
            if (index.mayLeaveHome(KeyedHash.indexHash(hashes[i]))) {
                words += lookup.prefetchAlternate(region, hashes[i]);
            }
        }
        loaded = words;
        int duplicate = Region.NONE;
        for (int i = 0; i < size; i++) {
            final int entry = entries[i];
            final long key = region.addressOf(EntryDescriptor.keyOffset(entry));
            final int length = EntryDescriptor.keyLength(region, entry);
            if (index.find(hashes[i], null, key, length) == Region.NONE) {
                index.insert(KeyedHash.indexHash(hashes[i]), entry);
            } else {
                duplicate = entry;
            }
        }
        size = 0;
        return duplicate;
    }
}
