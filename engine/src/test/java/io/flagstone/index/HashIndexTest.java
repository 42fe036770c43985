package io.flagstone.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.entry.EntryDescriptor;
import io.flagstone.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index is a map, at any load up to its capacity and however its buckets overflow. */
class HashIndexTest {
    private static final int START = 2 * HashIndex.BUCKET_LENGTH;
    private static final int CHUNK = EntryDescriptor.HEADER_LENGTH + Long.BYTES;
    private static final int MAX_BUCKETS = 2000;
    private static final int ENTRIES = START + MAX_BUCKETS * HashIndex.BUCKET_LENGTH;

    private final Region region = Region.allocate(1 << 20);
    private final KeyedHash hash = new KeyedHash(TestSupport.seed());
    private final Random random = new Random(TestSupport.seed());
    private final Map<Long, Integer> model = new HashMap<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private HashIndex index;

    private void create(int buckets) {
        index = new HashIndex(region, START, buckets);
        for (int i = 0; i < HashIndex.capacity(buckets); i++) {
            free.add(ENTRIES + i * CHUNK);
        }
    }

    private void insert(long key) {
        final int entry = free.remove();
        final long h = hash.hash(key);
        EntryDescriptor.init(region, entry, KeyedHash.indexHash(h), Long.BYTES, 0, 0);
        EntryDescriptor.putKey(region, entry, EntryDescriptor.LONG_KEY, key, Long.BYTES);
        index.insert(KeyedHash.indexHash(h), entry);
        model.put(key, entry);
    }

    private void remove(long key) {
        final int entry = model.remove(key);
        final int cell = find(key);
        final int indexHash = KeyedHash.indexHash(hash.hash(key));
        assertThat(index.findReference(indexHash, entry)).isEqualTo(cell);
        index.remove(indexHash, cell);
        free.add(entry);
    }

    private int find(long key) {
        return index.find(hash.hash(key), EntryDescriptor.LONG_KEY, key, Long.BYTES);
    }

    private void assertIsModel(long maxKey) {
        for (long key = 0; key < maxKey; key++) {
            final int cell = find(key);
            final Integer expected = model.get(key);
            assertThat(cell == HashIndex.ABSENT ? null : index.reference(cell))
                    .as("seed %d: entry of key %d", TestSupport.seed(), key)
                    .isEqualTo(expected);
        }
        final List<Integer> walked = new ArrayList<>();
        index.audit(hash, walked::add);
        assertThat(walked).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void isAMapAtAnyLoad(int buckets) {
        create(buckets);
        final int capacity = HashIndex.capacity(buckets);
        final int keys = 2 * capacity;
        for (int round = 0; round < 20_000; round++) {
            final long key = random.nextInt(keys);
            // Swings between empty and full.
            final boolean growing = round / 1_000 % 2 == 0;
            if (model.containsKey(key)) {
                if (!growing || random.nextInt(8) == 0) {
                    remove(key);
                }
            } else if (model.size() < capacity && (growing || random.nextInt(8) == 0)) {
                insert(key);
            }
            if (round % 997 == 0) {
                assertIsModel(keys);
            }
        }
        assertIsModel(keys);
        for (final long key : List.copyOf(model.keySet())) {
            remove(key);
        }
        assertIsModel(keys);
        for (int i = 0; i < buckets * HashIndex.BUCKET_LENGTH; i += Short.BYTES) {
            final int inBucket = i % HashIndex.BUCKET_LENGTH;
            if (inBucket < BucketDescriptor.cell(0, 0)) {
                assertThat(region.getUnsignedShort(START + i))
                        .as("an empty index is as it began: offset %d", i)
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, MAX_BUCKETS})
    void holdsItsCapacity(int buckets) {
        create(buckets);
        final int capacity = HashIndex.capacity(buckets);
        for (long key = 0; key < capacity; key++) {
            insert(key);
        }
        assertIsModel(2L * capacity);
    }

    @Test
    void hasTheFewestBucketsForACapacity() {
        for (int entries = 0; entries < 100_000; entries += 1 + entries / 50) {
            final int buckets = HashIndex.bucketsFor(entries);
            assertThat(HashIndex.capacity(buckets)).isGreaterThanOrEqualTo(entries);
            assertThat(buckets == 1 || HashIndex.capacity(buckets - 1) < entries)
                    .as("%d buckets for %d entries", buckets, entries)
                    .isTrue();
            assertThat(HashIndex.capacity(buckets))
                    .as("free slots remain, so probing ends")
                    .isLessThan(buckets * HashIndex.SLOTS_PER_BUCKET);
        }
        assertThat(HashIndex.bucketsFor(Long.MAX_VALUE / 200)).isPositive();
    }

    @Test
    void aFullBucketsEntryIsAGuestInItsAlternateBucket() {
        create(MAX_BUCKETS);
        final List<Long> keys = keysOfBucket(2, MAX_BUCKETS, 12);
        keys.forEach(this::insert);
        assertThat(BucketDescriptor.out(region, bucket(2))).isEqualTo(2);
        final int guest = BucketDescriptor.bucketOf(find(keys.get(11)));
        assertThat(guest).isNotEqualTo(bucket(2));
        assertThat(BucketDescriptor.guests(region, guest)).isNotZero();
        index.audit(hash, entry -> {});

        remove(keys.get(11));
        assertThat(BucketDescriptor.out(region, bucket(2))).isEqualTo(1);
        remove(keys.get(0));
        remove(keys.get(10));
        assertThat(BucketDescriptor.out(region, bucket(2))).isZero();
        index.audit(hash, entry -> {});
    }

    @Test
    void aGuestIsSentHomeBeforeAnEntryIsSentAway() {
        create(MAX_BUCKETS);
        final List<Long> keys = keysOfBucket(2, MAX_BUCKETS, 11);
        keys.forEach(this::insert);
        final long traveller = keys.get(10);
        final int host = BucketDescriptor.bucketOf(find(traveller));
        remove(keys.get(0));
        final List<Long> natives = keysOfBucket((host - START) / 64, MAX_BUCKETS, 10);
        natives.forEach(this::insert);
        assertThat(BucketDescriptor.bucketOf(find(traveller))).isEqualTo(bucket(2));
        assertThat(BucketDescriptor.out(region, bucket(2))).isZero();
        assertThat(BucketDescriptor.guests(region, host)).isZero();
        assertThat(BucketDescriptor.out(region, host)).isZero();
        assertIsModel(1000);
    }

    @Test
    void aMissLooksBeyondItsBucketOnlyIfEntriesAreOut() {
        create(MAX_BUCKETS);
        final List<Long> keys = keysOfBucket(1, MAX_BUCKETS, 11);
        keys.subList(0, 10).forEach(this::insert);
        final long absent = keys.get(10);
        assertThat(find(absent)).isEqualTo(HashIndex.ABSENT);
        insert(absent);
        assertThat(find(absent)).isNotEqualTo(HashIndex.ABSENT);
        // Without the count the search must not get there.
        BucketDescriptor.addOut(region, bucket(1), -1);
        assertThat(find(absent)).isEqualTo(HashIndex.ABSENT);
    }

    /**
     * Linear probing, which keeps every entry where it was first put, ends at 30 buckets a miss.
     */
    @Test
    void searchesStayShortHoweverManyEntriesComeAndGo() {
        create(MAX_BUCKETS);
        final int capacity = HashIndex.capacity(MAX_BUCKETS);
        final List<Long> keys = new ArrayList<>();
        for (long key = 0; key < 30L * capacity; key++) {
            if (keys.size() == capacity) {
                final int chosen = random.nextInt(capacity);
                remove(keys.get(chosen));
                keys.set(chosen, key);
            } else {
                keys.add(key);
            }
            insert(key);
        }
        double guests = 0;
        double bucketsOfMiss = 0;
        double strays = 0;
        for (int number = 0; number < MAX_BUCKETS; number++) {
            guests += Integer.bitCount(BucketDescriptor.guests(region, bucket(number)));
            bucketsOfMiss += BucketDescriptor.out(region, bucket(number)) == 0 ? 1 : 2;
            strays += BucketDescriptor.passed(region, bucket(number));
        }
        assertThat(guests / capacity).as("share of guests").isLessThan(0.14);
        assertThat(bucketsOfMiss / MAX_BUCKETS).as("buckets that a miss sees").isLessThan(1.6);
        assertThat(strays / capacity).as("strays, by the buckets they passed").isLessThan(0.001);
        index.audit(hash, entry -> {});
    }

    @Test
    void aCellCanReferToAnotherEntryOfItsKey() {
        create(1);
        insert(1);
        final int cell = find(1);
        final int other = free.remove();
        final int indexHash = KeyedHash.indexHash(hash.hash(1));
        EntryDescriptor.init(region, other, indexHash, Long.BYTES, 0, 0);
        EntryDescriptor.putKey(region, other, EntryDescriptor.LONG_KEY, 1, Long.BYTES);
        index.replace(cell, other);
        assertThat(find(1)).isEqualTo(cell);
        assertThat(index.reference(cell)).isEqualTo(other);
        assertThat(index.findReference(indexHash, other)).isEqualTo(cell);
    }

    @Test
    void walksEverySlot() {
        create(7);
        for (long key = 0; key < 40; key++) {
            insert(key);
        }
        final Set<Integer> seen = new HashSet<>();
        for (int bucket = 0; bucket < index.buckets(); bucket++) {
            for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
                final int entry = index.entryInSlot(bucket, slot);
                if (entry != Region.NONE) {
                    assertThat(seen.add(entry)).isTrue();
                }
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(model.values());
    }

    @Test
    void anEntryThatIsNotInTheIndexIsAnError() {
        create(2);
        insert(1);
        assertThatThrownBy(() -> index.findReference(0, 8))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("entry 8 is not in the index");
    }

    @Test
    void theAuditFindsWrongCountsAndMarks() {
        create(3);
        insert(1);
        BucketDescriptor.addOut(region, bucket(1), 1);
        assertAuditFinds("bucket 1: out counts 1, has 0");
        BucketDescriptor.addOut(region, bucket(1), -1);
        BucketDescriptor.addPassed(region, bucket(2), 1);
        assertAuditFinds("bucket 2: passed counts 1, has 0");
        BucketDescriptor.addPassed(region, bucket(2), -1);
        final int cell = find(1);
        BucketDescriptor.markGuest(
                region, BucketDescriptor.bucketOf(cell), BucketDescriptor.slotOf(cell));
        assertAuditFinds("is not its own, its alternate, or a stray's");
    }

    @Test
    void theAuditFindsAWrongTag() {
        create(1);
        insert(1);
        final int slot = BucketDescriptor.slotOf(find(1));
        final int tag = BucketDescriptor.tag(region, START, slot);
        BucketDescriptor.tag(region, START, slot, tag ^ 0x8000);
        assertAuditFinds("its tag or its index hash is not its key's");
    }

    @Test
    void theAuditFindsAWrongIndexHash() {
        create(1);
        insert(1);
        final int entry = model.get(1L);
        final int wrong = EntryDescriptor.hash(region, entry) + 1;
        EntryDescriptor.init(region, entry, wrong, Long.BYTES, 0, 0);
        assertAuditFinds("entry " + entry + ": its tag or its index hash is not its key's");
    }

    private void assertAuditFinds(String finding) {
        assertThatThrownBy(() -> index.audit(hash, entry -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("index: ")
                .hasMessageContaining(finding);
    }

    private static int bucket(int number) {
        return START + number * HashIndex.BUCKET_LENGTH;
    }

    private List<Long> keysOfBucket(int number, int buckets, int count) {
        final List<Long> keys = new ArrayList<>();
        for (long key = 0; keys.size() < count; key++) {
            final int indexHash = KeyedHash.indexHash(hash.hash(key));
            if (Integer.toUnsignedLong(indexHash) * buckets >>> 32 == number) {
                keys.add(key);
            }
        }
        return keys;
    }
}
