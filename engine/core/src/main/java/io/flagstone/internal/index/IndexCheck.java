// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.MultisetHash;
import io.flagstone.internal.memory.Region;

/**
 * Checks that a {@link HashIndex} refers to exactly the entries that it is given, in any order, and
 * follows no reference. The own bucket and the tag of an entry follow from its hash, and also from
 * the slot in which it is. So both views must have the same triples of own bucket, tag and entry;
 * see {@link MultisetHash}.
 *
 * <p>A stray does not tell its own bucket. An index with strays, which are very rare, does not
 * pass, and neither does one in which a count has reached its maximum.
 */
public final class IndexCheck {
    private final Region region;
    private final HashIndex index;
    private final IndexLookup lookup;
    private long entries;
    private long slots;
    private long out;
    private long counted;

    /** Begins a check. */
    public IndexCheck(Region region, HashIndex index) {
        this.region = region;
        this.index = index;
        this.lookup = index.lookup();
    }

    /** Adds an entry, by its index hash. */
    public void add(int entry, int indexHash) {
        entries += hash(lookup.home(indexHash), KeyedHash.tag(indexHash), entry);
    }

    private static long hash(int home, int tag, int entry) {
        return MultisetHash.of((long) home << Short.SIZE | tag, entry);
    }

    /** Reads the buckets, and returns whether they refer to the entries. */
    public boolean holds() {
        boolean holds = true;
        for (int number = 0; holds && number < index.buckets(); number++) {
            holds = isPossible(lookup.bucket(number));
        }
        return holds && entries == slots && out == counted;
    }

    private boolean isPossible(int bucket) {
        boolean possible =
                BucketDescriptor.strays(region, bucket) == 0
                        && BucketDescriptor.passed(region, bucket) == 0;
        for (int parity = 0; parity < 2; parity++) {
            final int count = BucketDescriptor.out(region, bucket, parity);
            possible &= count < BucketDescriptor.MAX_OUT;
            counted += count * MultisetHash.of(bucket, parity);
        }
        final int guests = BucketDescriptor.guests(region, bucket);
        for (int slot = 0; slot < BucketDescriptor.SLOTS; slot++) {
            final int tag = BucketDescriptor.tag(region, bucket, slot);
            final int entry = region.getInt(BucketDescriptor.cell(bucket, slot));
            final boolean guest = (guests >>> slot & 1) != 0;
            if (tag == BucketDescriptor.EMPTY) {
                // A reader may come to a cell before its tag changes, so it must be harmless.
                possible &= !guest && EntryDescriptor.isWithin(region, entry, Long.BYTES);
                continue;
            }
            final int home = guest ? lookup.alternate(bucket, tag) : bucket;
            slots += hash(home, tag, entry);
            if (guest) {
                possible &= home != bucket;
                out += MultisetHash.of(home, tag & 1);
            }
        }
        return possible;
    }
}
