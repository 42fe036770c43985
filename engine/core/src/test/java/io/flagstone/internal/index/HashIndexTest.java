// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.Regions;
import io.flagstone.testing.TestSupport;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the index with a map, at any load up to its capacity. */
@Tag("any-jdk")
class HashIndexTest {
    private static final int START = 2 * HashIndex.BUCKET_LENGTH;
    private static final int CHUNK = EntryDescriptor.HEADER_LENGTH + Long.BYTES;
    private static final int MAX_BUCKETS = 2_000;
    private static final int ENTRIES = START + MAX_BUCKETS * HashIndex.BUCKET_LENGTH;

    private static final String MISPLACED = "is not its own, its alternate, or a stray's";

    private final Region region = Region.allocate(1 << 20);
    private final Regions regions = new Regions(new Region[] {region});
    private final KeyedHash hash = new KeyedHash(TestSupport.seed());
    private final Random random = new Random(TestSupport.seed());
    private final Map<Long, Integer> model = new HashMap<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private int buckets;
    private int mostGuests;
    private int mostStrays;
    private HashIndex index;

    private void create(int count) {
        buckets = count;
        free.clear();
        index = new HashIndex(region, START, count);
        for (int i = 0; i < HashIndex.capacity(count); i++) {
            free.add(ENTRIES + i * CHUNK);
        }
    }

    private int indexHash(long key) {
        return KeyedHash.indexHash(hash.hash(key));
    }

    private void insert(long key) {
        final int entry = free.remove();
        EntryDescriptor.init(region, entry, indexHash(key), Long.BYTES, 0, 0);
        EntryDescriptor.putKey(region, entry, EntryDescriptor.LONG_KEY, key, Long.BYTES);
        index.insert(indexHash(key), entry);
        model.put(key, entry);
    }

    private void remove(long key) {
        final int entry = model.remove(key);
        assertThat(find(key)).isEqualTo(entry);
        index.remove(indexHash(key), entry);
        free.add(entry);
    }

    /** Finds a key, also by address, where the answer may be that the two buckets do not tell. */
    private int find(long key) {
        final int entry = index.find(hash.hash(key), EntryDescriptor.LONG_KEY, key, Long.BYTES);
        final long address = regions.address(0);
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[Long.BYTES]);
        bytes.putLong(0, key);
        assertThat(index.lookup().find(address, hash.hash(key), key))
                .isIn(entry, IndexLookup.UNKNOWN)
                .isEqualTo(
                        index.lookup()
                                .find(
                                        address,
                                        region.capacity(),
                                        hash.hash(key),
                                        bytes.byteArray(),
                                        bytes.addressOffset(),
                                        Long.BYTES));
        return entry;
    }

    private int cellOf(long key) {
        return index.cellOf(indexHash(key), find(key));
    }

    private void assertMatchesModel(long maxKey) {
        for (long key = 0; key < maxKey; key++) {
            assertThat(find(key))
                    .as("seed %d: entry of key %d", TestSupport.seed(), key)
                    .isEqualTo(model.getOrDefault(key, Region.NONE));
        }
        final List<Integer> audited = new ArrayList<>();
        index.audit(hash, audited::add);
        assertThat(audited).containsExactlyInAnyOrderElementsOf(model.values());
        assertThat(walk()).containsExactlyInAnyOrderElementsOf(model.values());
    }

    private List<Integer> walk() {
        final List<Integer> seen = new ArrayList<>();
        for (int number = 0; number < index.buckets(); number++) {
            for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
                final int entry = index.entryInSlot(number, slot);
                if (entry != Region.NONE) {
                    seen.add(entry);
                }
            }
        }
        return seen;
    }

    private int guests() {
        return IntStream.range(0, buckets)
                .map(i -> Integer.bitCount(BucketDescriptor.guests(region, bucket(i))))
                .sum();
    }

    private int strays() {
        return IntStream.range(0, buckets)
                .map(i -> Integer.bitCount(BucketDescriptor.strays(region, bucket(i))))
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64})
    void behavesAsMapAtAnyLoad(int count) {
        create(count);
        final int keys = 2 * HashIndex.capacity(count);
        fillAndEmpty(LongStream.range(0, keys).boxed().collect(Collectors.toList()));
        assertThat(mostGuests > 0).as("some are guests").isEqualTo(count > 1);
    }

    @Test
    void behavesAsMapIfKeysCrowdTwoBuckets() {
        create(3);
        final List<Long> keys = keysOf(1, 30, 1, 2);
        keys.addAll(keysOf(2, 30, 1, 2));
        fillAndEmpty(keys);
        assertThat(mostStrays).as("as many as do not fit in two").isEqualTo(5);
        create(7);
        final List<Long> others = keysOf(6, 60, 0);
        others.addAll(keysOf(0, 60, 6));
        fillAndEmpty(others);
        assertThat(mostStrays).isGreaterThan(BucketDescriptor.MAX_PASSED);
    }

    /** Fills and empties the index alternately, and compares it with the model. */
    private void fillAndEmpty(List<Long> keys) {
        final int capacity = HashIndex.capacity(buckets);
        final long maxKey = keys.stream().mapToLong(Long::longValue).max().orElseThrow() + 1;
        for (int round = 0; round < 30_000; round++) {
            final long key = keys.get(random.nextInt(keys.size()));
            final boolean growing = round / 1_000 % 2 == 0;
            if (model.containsKey(key)) {
                if (!growing || random.nextInt(8) == 0) {
                    remove(key);
                }
            } else if (model.size() < capacity && (growing || random.nextInt(8) == 0)) {
                insert(key);
            }
            mostGuests = Math.max(mostGuests, guests());
            mostStrays = Math.max(mostStrays, strays());
            if (round % 499 == 0) {
                assertMatchesModel(maxKey);
            }
        }
        assertMatchesModel(maxKey);
        List.copyOf(model.keySet()).forEach(this::remove);
        assertMatchesModel(maxKey);
        if (mostStrays <= BucketDescriptor.MAX_PASSED) {
            assertEmpty();
        }
    }

    /** Asserts that no tags, counts or marks remain. */
    private void assertEmpty() {
        for (int i = 0; i < buckets; i++) {
            for (int word = 0; word < BucketDescriptor.cell(0, 0); word += Long.BYTES) {
                assertThat(region.getLong(bucket(i) + word)).as("bucket %d", i).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, MAX_BUCKETS})
    void holdsItsCapacity(int count) {
        create(count);
        final int capacity = HashIndex.capacity(count);
        for (long key = 0; key < capacity; key++) {
            insert(key);
        }
        assertMatchesModel(2L * capacity);
    }

    @Test
    void hasTheFewestBucketsForACapacity() {
        for (int entries = 0; entries < 100_000; entries += 1 + entries / 50) {
            final int count = HashIndex.bucketsFor(entries);
            assertThat(HashIndex.capacity(count)).isGreaterThanOrEqualTo(entries);
            assertThat(count == 1 || HashIndex.capacity(count - 1) < entries)
                    .as("%d buckets for %d entries", count, entries)
                    .isTrue();
            assertThat(HashIndex.capacity(count))
                    .as("free slots remain, so probing ends")
                    .isLessThan(count * HashIndex.SLOTS_PER_BUCKET);
        }
        assertThat(HashIndex.bucketsFor(Long.MAX_VALUE / 200)).isPositive();
    }

    private static int bucket(int number) {
        return START + number * HashIndex.BUCKET_LENGTH;
    }

    private int homeOf(long key) {
        return (int) (Integer.toUnsignedLong(indexHash(key)) * buckets >>> 32);
    }

    private int bucketOf(long key) {
        return (BucketDescriptor.bucketOf(cellOf(key)) - START) / HashIndex.BUCKET_LENGTH;
    }

    private boolean isGuest(long key) {
        final int cell = cellOf(key);
        final int bucket = BucketDescriptor.bucketOf(cell);
        return (BucketDescriptor.guests(region, bucket) >>> BucketDescriptor.slotOf(cell) & 1) != 0;
    }

    private int out(int number) {
        return BucketDescriptor.out(region, bucket(number), 0)
                + BucketDescriptor.out(region, bucket(number), 1);
    }

    private int tag(long key) {
        return KeyedHash.tag(indexHash(key));
    }

    private int passed(int number) {
        return BucketDescriptor.passed(region, bucket(number));
    }

    /**
     * Returns the alternate bucket. Its number and the own bucket's add up to a function of the
     * tag.
     */
    private int alternateOf(long key) {
        final long sum = KeyedHash.tag(indexHash(key)) * 0x9E37_79B1L & 0xFFFF_FFFFL;
        return Math.floorMod((int) (sum * buckets >>> 32) - homeOf(key), buckets);
    }

    private List<Long> keysOf(int home, int count, int... alternates) {
        return LongStream.iterate(0, key -> key + 1)
                .filter(key -> homeOf(key) == home)
                .filter(key -> IntStream.of(alternates).anyMatch(a -> a == alternateOf(key)))
                .limit(count)
                .boxed()
                .collect(Collectors.toList());
    }

    /** Fills a bucket with its own entries and inserts one more, which becomes a guest. */
    private long insertOut(int home, int alternate) {
        final List<Long> keys = keysOf(home, BucketDescriptor.SLOTS + 1, alternate);
        keys.forEach(this::insert);
        return keys.get(BucketDescriptor.SLOTS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 6})
    void fullBucketSendsEntriesOutAsGuests(int alternate) {
        create(7);
        final long key = insertOut(2, alternate);
        assertThat(bucketOf(key)).isEqualTo(alternate);
        assertThat(isGuest(key)).isTrue();
        assertThat(out(2)).isEqualTo(1);
        assertThat(strays()).isZero();
        assertMatchesModel(100);
        remove(key);
        assertThat(out(2)).isZero();
        assertThat(guests()).isZero();
        assertMatchesModel(100);
    }

    @Test
    void fullBucketSendsGuestHomeFirst() {
        create(7);
        final long guest = insertOut(2, 4);
        final List<Long> natives = keysOf(4, 11, 0);
        natives.subList(0, 9).forEach(this::insert);
        remove(keysOf(2, 1, 4).get(0));
        assertThat(bucketOf(guest)).isEqualTo(4);
        insert(natives.get(9));
        assertThat(bucketOf(guest)).as("home again").isEqualTo(2);
        assertThat(isGuest(guest)).isFalse();
        assertThat(bucketOf(natives.get(9))).isEqualTo(4);
        assertThat(isGuest(natives.get(9))).isFalse();
        assertThat(out(2) + out(4)).isZero();
        assertMatchesModel(100);
        insert(natives.get(10));
        assertThat(bucketOf(natives.get(10))).as("no guest is left").isZero();
        assertThat(out(4)).isEqualTo(1);
        assertMatchesModel(100);
    }

    @Test
    void fullAlternateSendsGuestHome() {
        create(7);
        final long guest = insertOut(2, 4);
        keysOf(4, 9, 0).forEach(this::insert);
        remove(keysOf(2, 1, 4).get(0));
        final long other = insertOut(5, 4);
        assertThat(bucketOf(guest)).isEqualTo(2);
        assertThat(bucketOf(other)).isEqualTo(4);
        assertThat(isGuest(other)).isTrue();
        assertThat(out(2)).isZero();
        assertThat(out(5)).isEqualTo(1);
        assertMatchesModel(100);
    }

    @Test
    void fullPairSendsOutNativeOfOwnBucket() {
        create(7);
        final List<Long> natives = keysOf(1, 9, 2);
        natives.forEach(this::insert);
        final long traveller = keysOf(1, 1, 5).get(0);
        insert(traveller);
        keysOf(2, 10, 1).forEach(this::insert);
        final long key = keysOf(1, 10, 2).get(9);
        insert(key);
        assertThat(bucketOf(traveller)).isEqualTo(5);
        assertThat(isGuest(traveller)).isTrue();
        assertThat(bucketOf(key)).isEqualTo(1);
        assertThat(isGuest(key)).isFalse();
        assertThat(out(1)).isEqualTo(1);
        assertThat(strays()).isZero();
        assertMatchesModel(100);
    }

    @Test
    void fullPairSendsOutNativeOfAlternate() {
        create(7);
        final List<Long> natives = keysOf(1, 11, 2);
        natives.subList(0, 10).forEach(this::insert);
        keysOf(2, 9, 1).forEach(this::insert);
        final long traveller = keysOf(2, 1, 5).get(0);
        insert(traveller);
        insert(natives.get(10));
        assertThat(bucketOf(traveller)).isEqualTo(5);
        assertThat(bucketOf(natives.get(10))).isEqualTo(2);
        assertThat(isGuest(natives.get(10))).isTrue();
        assertThat(out(1)).isEqualTo(1);
        assertThat(out(2)).isEqualTo(1);
        assertMatchesModel(100);
    }

    @Test
    void entryStraysIfNothingCanMove() {
        create(3);
        keysOf(1, 10, 1, 2).forEach(this::insert);
        keysOf(2, 10, 1, 2).forEach(this::insert);
        final long stray =
                keysOf(1, 20, 2).stream()
                        .filter(key -> !model.containsKey(key))
                        .findFirst()
                        .orElseThrow();
        insert(stray);
        assertThat(bucketOf(stray)).as("after its alternate, from the end to the start").isZero();
        assertThat(strays()).isEqualTo(1);
        assertThat(out(1)).isEqualTo(1);
        assertThat(passed(2)).isEqualTo(1);
        assertThat(passed(0) + passed(1)).isZero();
        assertMatchesModel(100);
        // Without the count the search must end before it.
        BucketDescriptor.addPassed(region, bucket(2), -1);
        assertThat(find(stray)).isEqualTo(Region.NONE);
        BucketDescriptor.addPassed(region, bucket(2), 1);
        remove(stray);
        assertThat(passed(2) + out(1) + strays()).isZero();
        List.copyOf(model.keySet()).forEach(this::remove);
        assertEmpty();
    }

    @Test
    void missEndsAtBucketWithNoneOut() {
        create(7);
        final long guest = insertOut(2, 4);
        assertThat(find(guest)).isNotEqualTo(Region.NONE);
        // Without the count the search must end before it.
        BucketDescriptor.addOut(region, bucket(2), tag(guest), -1);
        assertThat(find(guest)).isEqualTo(Region.NONE);
        BucketDescriptor.addOut(region, bucket(2), ~tag(guest), 1);
        assertThat(find(guest)).as("with the count of the other tags").isEqualTo(Region.NONE);
        BucketDescriptor.addOut(region, bucket(2), ~tag(guest), -1);
        BucketDescriptor.addOut(region, bucket(2), tag(guest), 1);
        assertMatchesModel(100);
    }

    @Test
    void searchBeginsInOwnBucket() {
        create(7);
        LongStream.range(0, HashIndex.capacity(7)).forEach(this::insert);
        final IndexLookup lookup = index.lookup();
        int found = 0;
        for (long key = 0; key < 200; key++) {
            final int home = bucket(homeOf(key));
            final int tag = KeyedHash.tag(indexHash(key));
            final List<Integer> candidates =
                    IntStream.range(0, BucketDescriptor.SLOTS)
                            .filter(slot -> BucketDescriptor.tag(region, home, slot) == tag)
                            .mapToObj(slot -> region.getInt(BucketDescriptor.cell(home, slot)))
                            .collect(Collectors.toList());
            final int candidate = lookup.candidate(regions.address(0), hash.hash(key));
            assertThat(lookup.prefetch(regions.address(0), hash.hash(key)))
                    .isEqualTo(region.getLong(home));
            if (candidates.isEmpty()) {
                assertThat(candidate).isEqualTo(Region.NONE);
            } else {
                assertThat(candidate).isIn(candidates);
                found++;
            }
        }
        assertThat(found).isPositive();
    }

    @Test
    void searchEndsIfEveryBucketWasPassed() {
        create(3);
        insert(0);
        for (int number = 0; number < 3; number++) {
            BucketDescriptor.addOut(region, bucket(number), tag(1), 1);
            BucketDescriptor.addPassed(region, bucket(number), 1);
        }
        assertThat(find(1)).isEqualTo(Region.NONE);
        assertThat(find(0)).isEqualTo(model.get(0L));
    }

    @Test
    void countStuckAtMaximumOnlyCostsTime() {
        create(7);
        for (int i = 0; i < BucketDescriptor.MAX_OUT; i++) {
            BucketDescriptor.addOut(region, bucket(2), 0, 1);
            BucketDescriptor.addOut(region, bucket(2), 1, 1);
            BucketDescriptor.addPassed(region, bucket(4), 1);
        }
        final long guest = insertOut(2, 4);
        assertMatchesModel(200);
        remove(guest);
        assertMatchesModel(200);
        assertThat(out(2)).isEqualTo(2 * BucketDescriptor.MAX_OUT);
    }

    /** With linear probing, which never moves an entry, a miss ends up at 30 buckets. */
    @Test
    void searchesStayShortAfterManyReplacements() {
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
            for (int tag = 0; tag < 2; tag++) {
                final int out = BucketDescriptor.out(region, bucket(number), tag);
                bucketsOfMiss += out == 0 ? 0.5 : 1;
            }
            strays += BucketDescriptor.passed(region, bucket(number));
        }
        assertThat(guests / capacity).as("share of guests").isLessThan(0.14);
        assertThat(bucketsOfMiss / MAX_BUCKETS).as("buckets per miss").isLessThan(1.35);
        assertThat(strays / capacity).as("strays, by the buckets they passed").isLessThan(0.001);
        index.audit(hash, entry -> {});
    }

    @Test
    void replacesEntryOfSameKey() {
        create(1);
        insert(1);
        final int cell = cellOf(1);
        final int other = free.remove();
        EntryDescriptor.init(region, other, indexHash(1), Long.BYTES, 0, 0);
        EntryDescriptor.putKey(region, other, EntryDescriptor.LONG_KEY, 1, Long.BYTES);
        index.replace(indexHash(1), find(1), other);
        assertThat(find(1)).isEqualTo(other);
        assertThat(cellOf(1)).isEqualTo(cell);
    }

    @Test
    void missingEntryIsAnError() {
        create(2);
        insert(1);
        assertThatThrownBy(() -> index.cellOf(indexHash(2), 8))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("entry 8 is not in the index");
    }

    private interface Fault extends Consumer<HashIndexTest> {}

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "a wrong count of entries that are out",
                        "bucket 2: out counts 2, has 1",
                        t -> t.countOut(1)),
                fault(
                        "a missing count of entries that are out",
                        "bucket 2: out counts 0, has 1",
                        t -> t.countOut(-1)),
                fault(
                        "a wrong count of strays that passed",
                        "bucket 3: passed counts 1, has 0",
                        t -> BucketDescriptor.addPassed(t.region, bucket(3), 1)),
                fault(
                        "a wrong tag",
                        "tag or index hash does not match",
                        t ->
                                BucketDescriptor.tag(
                                        t.region,
                                        bucket(2),
                                        0,
                                        BucketDescriptor.tag(t.region, bucket(2), 0) ^ 0x8000)),
                fault(
                        "a wrong index hash",
                        "tag or index hash does not match",
                        t ->
                                EntryDescriptor.init(
                                        t.region, t.entryOfFirst(), 77, Long.BYTES, 0, 0)),
                fault(
                        "another key",
                        "tag or index hash does not match",
                        t ->
                                EntryDescriptor.putKey(
                                        t.region,
                                        t.entryOfFirst(),
                                        EntryDescriptor.LONG_KEY,
                                        -1,
                                        Long.BYTES)),
                fault(
                        "a guest in its own bucket",
                        MISPLACED,
                        t -> BucketDescriptor.markGuest(t.region, bucket(2), 0)),
                fault(
                        "a stray in its own bucket",
                        MISPLACED,
                        t -> BucketDescriptor.markStray(t.region, bucket(2), 0)),
                fault(
                        "a stray without counts",
                        "counts 0, has 1",
                        t -> t.moveGuestTo(bucket(0), BucketDescriptor::markStray)),
                fault(
                        "a guest that is not in its alternate",
                        MISPLACED,
                        t -> t.moveGuestTo(bucket(0), BucketDescriptor::markGuest)),
                fault(
                        "an entry in another's bucket without a mark",
                        MISPLACED,
                        t -> t.moveGuestTo(bucket(0), (region, bucket, slot) -> {})),
                fault(
                        "a mark at an empty slot",
                        "bucket 0: empty slot 9 is marked",
                        t -> BucketDescriptor.markGuest(t.region, bucket(0), 9)));
    }

    private interface Mark {
        void at(Region region, int bucket, int slot);
    }

    /** Adds to the count that the guest is in. */
    private void countOut(int delta) {
        final int tag = BucketDescriptor.tag(region, bucket(4), 0);
        BucketDescriptor.addOut(region, bucket(2), tag, delta);
    }

    private void moveGuestTo(int bucket, Mark mark) {
        region.putInt(BucketDescriptor.cell(bucket, 0), region.getInt(cellOfGuest()));
        BucketDescriptor.tag(region, bucket, 0, BucketDescriptor.tag(region, bucket(4), 0));
        mark.at(region, bucket, 0);
        BucketDescriptor.clear(region, bucket(4), 0);
    }

    private static Arguments fault(String name, String finding, Fault fault) {
        return Arguments.of(name, finding, fault);
    }

    private int cellOfFirst() {
        return BucketDescriptor.cell(bucket(2), 0);
    }

    private int entryOfFirst() {
        return region.getInt(cellOfFirst());
    }

    private static int cellOfGuest() {
        return BucketDescriptor.cell(bucket(4), 0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void auditFinds(String name, String finding, Fault fault) {
        create(7);
        final long guest = insertOut(2, 4);
        assertThat(cellOf(guest)).isEqualTo(cellOfGuest());
        assertThatCode(() -> index.audit(hash, entry -> {})).doesNotThrowAnyException();
        fault.accept(this);
        assertThatThrownBy(() -> index.audit(hash, entry -> {}))
                .as(name)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("index: ")
                .hasMessageContaining(finding);
    }
}
