// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever the check of an index lets pass is an index of exactly these entries. */
@Tag("any-jdk")
class IndexCheckTest {
    private static final int BUCKETS = 64;
    private static final int START = 2 * HashIndex.BUCKET_LENGTH;
    private static final int CHUNK = EntryDescriptor.HEADER_LENGTH + Long.BYTES;
    private static final int ENTRIES = START + BUCKETS * HashIndex.BUCKET_LENGTH;

    private final Region region = Region.allocate(1 << 16);
    private final KeyedHash hash = new KeyedHash(TestSupport.seed());
    private final HashIndex index = new HashIndex(region, START, BUCKETS);
    private final List<Integer> entries = new ArrayList<>();

    @BeforeEach
    void fill() {
        for (int key = 0; key < BUCKETS * 7; key++) {
            final int entry = ENTRIES + key * CHUNK;
            final int indexHash = KeyedHash.indexHash(hash.hash(key));
            EntryDescriptor.init(region, entry, indexHash, Long.BYTES, 0, 0);
            EntryDescriptor.putKey(region, entry, EntryDescriptor.LONG_KEY, key, Long.BYTES);
            index.insert(indexHash, entry);
            entries.add(entry);
        }
        assertThat(holds()).isTrue();
    }

    private boolean holds() {
        final IndexCheck check = new IndexCheck(region, index);
        entries.forEach(entry -> check.add(entry, EntryDescriptor.hash(region, entry)));
        return check.holds();
    }

    private String finding() {
        final List<Integer> found = new ArrayList<>();
        try {
            index.audit(hash, found::add);
        } catch (final IllegalStateException e) {
            return e.getMessage();
        }
        return found.size() == entries.size() ? "" : "the index refers to " + found.size();
    }

    private void flip(int bit) {
        final int at = START + (bit >>> 5) * Integer.BYTES;
        region.putInt(at, region.getInt(at) ^ 1 << (bit & 31));
    }

    @Test
    void noFlippedBitPassesUnlessItIsInACellThatNobodyUses() {
        int passed = 0;
        for (int bit = 0; bit < BUCKETS * HashIndex.BUCKET_LENGTH * Byte.SIZE; bit++) {
            flip(bit);
            if (holds()) {
                passed++;
                assertThat(finding()).as("bit %d", bit).isEmpty();
                final int cell = START + (bit >>> 5) * Integer.BYTES;
                assertThat(EntryDescriptor.isWithin(region, region.getInt(cell), Long.BYTES))
                        .as("bit %d: a reader that comes to the cell stays in the region", bit)
                        .isTrue();
            }
            flip(bit);
        }
        assertThat(passed).isPositive();
    }

    private int cell(int number, int slot) {
        return BucketDescriptor.cell(index.lookup().bucket(number), slot);
    }

    private boolean isOwn(int number, int slot) {
        final int bucket = index.lookup().bucket(number);
        return BucketDescriptor.tag(region, bucket, slot) != BucketDescriptor.EMPTY
                && (BucketDescriptor.guests(region, bucket) >>> slot & 1) == 0;
    }

    /** Exchanges the references of two slots, which may have the same tag. */
    @Test
    void noTwoExchangedReferencesPass() {
        int sameTag = 0;
        for (int a = 0; a < BUCKETS * BucketDescriptor.SLOTS; a++) {
            for (int b = 0; b < a; b += 1 + a % 3) {
                final int first = cell(a / BucketDescriptor.SLOTS, a % BucketDescriptor.SLOTS);
                final int second = cell(b / BucketDescriptor.SLOTS, b % BucketDescriptor.SLOTS);
                if (isOwn(a / BucketDescriptor.SLOTS, a % BucketDescriptor.SLOTS)
                        && isOwn(b / BucketDescriptor.SLOTS, b % BucketDescriptor.SLOTS)) {
                    sameTag += exchange(first, second) ? 1 : 0;
                }
            }
        }
        assertThat(sameTag).as("pairs with the same tag").isPositive();
    }

    private boolean exchange(int first, int second) {
        final int a = region.getInt(first);
        final int b = region.getInt(second);
        final boolean sameTag =
                KeyedHash.tag(EntryDescriptor.hash(region, a))
                        == KeyedHash.tag(EntryDescriptor.hash(region, b));
        region.putInt(first, b);
        region.putInt(second, a);
        if (sameTag || (a ^ b) % 64 == 0) {
            assertThat(holds()).as("entries %d and %d", a, b).isFalse();
        }
        region.putInt(first, a);
        region.putInt(second, b);
        return sameTag;
    }
}
