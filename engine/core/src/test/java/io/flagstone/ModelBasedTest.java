// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheModel.Item;
import io.flagstone.CacheModel.Key;
import io.flagstone.api.ValueUpdater;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Drives the cache and a model on the heap with the same random operations of every kind, and
 * compares every result, every removal and all off-heap state.
 */
class ModelBasedTest {
    private static final int OPERATIONS = TestSupport.repetitions(1_300_000);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final TestClock clock = new TestClock(Long.MAX_VALUE - 5 * SECOND);
    private final long birthNs = Long.MAX_VALUE - 5 * SECOND;
    private final UnsafeBuffer keyBuffer = new UnsafeBuffer(new byte[1 << 12]);
    private final UnsafeBuffer valueBuffer = new UnsafeBuffer(new byte[1 << 17]);
    private final UnsafeBuffer otherBuffer = new UnsafeBuffer(new byte[1 << 17]);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[1 << 20]);
    private final MultiGet multiGet = new MultiGet(10);
    private SplittableRandom random;
    private ModelScenario scenario;
    private CacheModel model;
    private OffHeapCache cache;
    private long nowNs;
    private AssertionError failure;

    private Key key;
    private boolean longKey;
    private long keyAsLong;
    private int keyLength;

    @ParameterizedTest
    @EnumSource
    void theCacheAgreesWithTheModel(ModelScenario chosen) {
        final long seed = TestSupport.seed() + chosen.ordinal();
        System.out.println("ModelBasedTest " + chosen + " seed " + seed);
        scenario = chosen;
        random = new SplittableRandom(seed);
        model = new CacheModel(chosen.policy.exact(), chosen.policy.maxEntries());
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(chosen.memory.bytes())
                        .maxEntries(chosen.policy.maxEntries())
                        .segments(chosen.memory.segments())
                        .slabBytes(chosen.memory.slabBytes())
                        .expectedEntryBytes(Math.max(16, chosen.load.maxValue() / 16))
                        .promotionDistance(chosen.policy.promotionDistance())
                        .tickNs(TimeUnit.MILLISECONDS.toNanos(10))
                        .expiryBudget(4)
                        .rebalanceBudget(chosen.policy.rebalanceBudget())
                        .admissionFilter(chosen.policy.filtered())
                        .hashSeed(seed)
                        .clock(clock)
                        .removalHandler(model)
                        .errorHandler(this::handlerFailed);
        if (chosen.policy.idleNs() > 0) {
            builder.expireAfterAccessNs(chosen.policy.idleNs());
        }
        try (OffHeapCache built = builder.build()) {
            cache = built;
            for (int i = 0; i < OPERATIONS; i++) {
                try {
                    step();
                    if (failure != null) {
                        throw failure;
                    }
                    assertThat(cache.size()).isEqualTo(model.size());
                    if (i % 20_000 == 0) {
                        verifyEverything();
                    }
                } catch (final Throwable thrown) {
                    throw new AssertionError("seed " + seed + ", operation " + i, thrown);
                }
            }
            verifyEverything();
            assertThat(model.evictions()).as("evictions in this scenario").isPositive();
            assertThat(model.expirations()).as("expirations in this scenario").isPositive();
        }
    }

    private void handlerFailed(Throwable thrown) {
        failure = new AssertionError("the removal handler failed", thrown);
    }

    private void step() {
        if (random.nextInt(20) == 0) {
            advance();
        }
        if (random.nextInt(4) != 0 || key == null) {
            chooseKey();
        }
        switch (random.nextInt(39)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> get();
            case 9 -> read();
            case 10 -> contains();
            case 11, 12, 13, 14, 15, 16, 17 -> put();
            case 18, 19 -> putIfAbsent();
            case 20, 21 -> replace();
            case 22, 23 -> compareAndSet();
            case 24, 25 -> update();
            case 26 -> addAndGetLong();
            case 27 -> writeLong();
            case 28 -> remove();
            case 29 -> removeIfEqual();
            case 30 -> getAndRemove();
            case 31 -> remainingTtl();
            case 32 -> setTtl();
            case 33 -> persist();
            case 34 -> cache.doWork();
            case 35 -> getLong();
            case 36, 37 -> multiGet();
            default -> rarely();
        }
    }

    private void advance() {
        final int kind = random.nextInt(200);
        final Item last = key == null ? null : model.live(key);
        if (kind > 150 && last != null && last.deadlineNs - nowNs < 10 * SECOND) {
            // The exact nanosecond of a deadline, or the one before it.
            nowNs = Math.max(nowNs, last.deadlineNs - random.nextInt(2));
        } else if (kind == 0) {
            nowNs += random.nextLong(1L << random.nextInt(20, 50));
        } else if (kind < 20) {
            nowNs += random.nextLong(SECOND);
        } else {
            nowNs += random.nextLong(SECOND / 500);
        }
        clock.set(birthNs + nowNs);
        model.time(nowNs);
    }

    private void chooseKey() {
        final int number = random.nextInt(random.nextInt(scenario.load.keys()) + 1);
        longKey = (number & 1) == 0;
        if (longKey) {
            keyAsLong = number;
            keyLength = Long.BYTES;
            keyBuffer.putLong(0, number);
            longKey = random.nextBoolean();
        } else {
            keyLength = 2 + number % 40;
            if (number % 97 == 0 && scenario.memory.slabBytes() > 1 << 12) {
                keyLength = 2000;
            }
            keyBuffer.setMemory(0, keyLength, (byte) (number >> 8));
            keyBuffer.putShort(0, (short) number);
        }
        final byte[] bytes = new byte[keyLength];
        keyBuffer.getBytes(0, bytes);
        key = new Key(bytes);
    }

    private int makeValue() {
        final int length =
                switch (random.nextInt(40)) {
                    case 0 -> 0;
                    case 1 -> (int) (scenario.memory.slabBytes() - 40 - (keyLength + 7L & ~7L));
                    case 2, 3, 4, 5 -> random.nextInt(scenario.load.maxValue());
                    default -> random.nextInt(Math.max(2, scenario.load.maxValue() / 8));
                };
        fill(valueBuffer, length);
        return length;
    }

    private void fill(UnsafeBuffer buffer, int length) {
        final long pattern = random.nextLong();
        for (int i = 0; i < length; i += Long.BYTES) {
            buffer.putLong(i, pattern + i);
        }
    }

    private long makeTtl() {
        if (random.nextInt(8) == 0) {
            return random.nextBoolean() ? OffHeapCache.DEFAULT_TTL : OffHeapCache.KEEP_TTL;
        }
        return random.nextInt(scenario.load.ttlOneIn()) != 0
                ? OffHeapCache.NO_TTL
                : random.nextInt(50) == 0
                        ? random.nextLong(1, Long.MAX_VALUE)
                        : random.nextLong(1, 4 * SECOND);
    }

    private static long deadline(long nowNs, long ttlNs) {
        return ttlNs >= Long.MAX_VALUE - nowNs ? Long.MAX_VALUE : nowNs + ttlNs;
    }

    private void used(Item item) {
        model.use(key);
        if (item.sliding) {
            item.deadlineNs = deadline(nowNs, scenario.policy.idleNs());
        }
    }

    private static byte[] copy(UnsafeBuffer buffer, int length) {
        return Arrays.copyOf(buffer.byteArray(), length);
    }

    private void get() {
        final int room = random.nextInt(8) == 0 ? random.nextInt(64) : destination.capacity();
        final int offset = destination.capacity() - room;
        final Item item = model.live(key);
        final int length =
                longKey
                        ? cache.get(keyAsLong, destination, offset)
                        : cache.get(keyBuffer, 0, keyLength, destination, offset);
        checkCopied(item, length, offset, room);
        if (item != null) {
            used(item);
        }
    }

    private void checkCopied(Item item, int length, int offset, int room) {
        if (item == null) {
            assertThat(length).isEqualTo(OffHeapCache.NOT_FOUND);
        } else if (item.value.length > room) {
            assertThat(length).isEqualTo(OffHeapCache.INSUFFICIENT_CAPACITY);
        } else {
            final byte[] copied = new byte[Math.max(0, length)];
            destination.getBytes(offset, copied);
            assertThat(copied).isEqualTo(item.value);
        }
    }

    private void getLong() {
        final Item item = model.live(key);
        final int at = random.nextInt(16);
        if (item != null && at > item.value.length - Long.BYTES) {
            return;
        }
        assertThat(
                        longKey
                                ? cache.getLong(keyAsLong, at, 42)
                                : cache.getLong(keyBuffer, 0, keyLength, at, 42))
                .isEqualTo(item == null ? 42 : new UnsafeBuffer(item.value).getLong(at));
        if (item != null) {
            used(item);
        }
    }

    private void multiGet() {
        multiGet.clear();
        final List<Key> keys = new ArrayList<>();
        for (int i = random.nextInt(multiGet.capacity() + 1); i > 0; i--) {
            chooseKey();
            keys.add(key);
            if (longKey) {
                multiGet.add(keyAsLong);
            } else {
                multiGet.add(keyBuffer, 0, keyLength);
            }
        }
        final int start = random.nextInt(64);
        int expectedOffset = start;
        int expectedHits = 0;
        final int hits = cache.get(multiGet, destination, start);
        for (int i = 0; i < keys.size(); i++) {
            key = keys.get(i);
            final Item item = model.live(key);
            final int length = multiGet.length(i);
            if (length >= 0) {
                assertThat(multiGet.offset(i)).isEqualTo(expectedOffset);
                expectedOffset += length + 7 & ~7;
                expectedHits++;
            }
            checkCopied(item, length, multiGet.offset(i), destination.capacity());
            if (item != null) {
                used(item);
            }
        }
        assertThat(hits).isEqualTo(expectedHits);
    }

    private void read() {
        final Item item = model.live(key);
        final boolean found =
                longKey
                        ? cache.read(keyAsLong, value -> checkValue(item, value))
                        : cache.read(keyBuffer, 0, keyLength, value -> checkValue(item, value));
        assertThat(found).isEqualTo(item != null);
        if (item != null) {
            used(item);
        }
    }

    private static void checkValue(Item item, DirectBuffer value) {
        assertThat(CacheModel.bytes(value)).isEqualTo(item.value);
    }

    private void contains() {
        assertThat(longKey ? cache.contains(keyAsLong) : cache.contains(keyBuffer, 0, keyLength))
                .isEqualTo(model.live(key) != null);
    }

    private void put() {
        final int length = makeValue();
        final boolean explicit = random.nextBoolean();
        final long ttl = explicit ? makeTtl() : OffHeapCache.DEFAULT_TTL;
        final boolean absent = model.live(key) == null;
        final boolean result;
        if (explicit && random.nextInt(4) == 0) {
            final ValueUpdater writer = view -> writeValue(view, length);
            result =
                    longKey
                            ? cache.put(keyAsLong, length, ttl, writer)
                            : cache.put(keyBuffer, 0, keyLength, length, ttl, writer);
        } else if (explicit) {
            result =
                    longKey
                            ? cache.put(keyAsLong, valueBuffer, 0, length, ttl)
                            : cache.put(keyBuffer, 0, keyLength, valueBuffer, 0, length, ttl);
        } else {
            result =
                    longKey
                            ? cache.put(keyAsLong, valueBuffer, 0, length)
                            : cache.put(keyBuffer, 0, keyLength, valueBuffer, 0, length);
        }
        assertThat(result).isEqualTo(absent);
        written(length, ttl);
    }

    private void writeValue(MutableDirectBuffer view, int length) {
        assertThat(CacheModel.bytes(view)).as("zeroes").isEqualTo(new byte[length]);
        view.putBytes(0, valueBuffer, 0, length);
    }

    private void written(int length, long ttl) {
        final Item before = model.live(key);
        final Item item = new Item();
        item.value = copy(valueBuffer, length);
        if (before != null) {
            item.sliding = before.sliding;
            item.deadlineNs = before.deadlineNs;
        }
        setDeadline(
                item,
                before == null && ttl == OffHeapCache.KEEP_TTL ? OffHeapCache.DEFAULT_TTL : ttl);
        model.put(key, item);
    }

    private void setDeadline(Item item, long ttl) {
        if (ttl != OffHeapCache.KEEP_TTL) {
            final boolean byDefault = ttl == OffHeapCache.DEFAULT_TTL;
            item.sliding = byDefault && scenario.policy.idleNs() > 0;
            item.deadlineNs =
                    deadline(
                            nowNs,
                            item.sliding
                                    ? scenario.policy.idleNs()
                                    : byDefault ? OffHeapCache.NO_TTL : ttl);
        }
    }

    private void putIfAbsent() {
        final int length = makeValue();
        final long ttl = makeTtl();
        final Item item = model.live(key);
        final boolean written =
                longKey
                        ? cache.putIfAbsent(keyAsLong, valueBuffer, 0, length, ttl)
                        : cache.putIfAbsent(keyBuffer, 0, keyLength, valueBuffer, 0, length, ttl);
        assertThat(written).isEqualTo(item == null);
        if (written) {
            written(length, ttl);
        } else {
            used(item);
        }
    }

    private void replace() {
        final int length = makeValue();
        final long ttl = makeTtl();
        final boolean present = model.live(key) != null;
        final boolean written =
                longKey
                        ? cache.replace(keyAsLong, valueBuffer, 0, length, ttl)
                        : cache.replace(keyBuffer, 0, keyLength, valueBuffer, 0, length, ttl);
        assertThat(written).isEqualTo(present);
        if (written) {
            written(length, ttl);
        }
    }

    private int makeExpected(Item item) {
        if (item == null || random.nextInt(3) == 0) {
            final int length = random.nextInt(40);
            fill(otherBuffer, length);
            return length;
        }
        otherBuffer.putBytes(0, item.value);
        return item.value.length;
    }

    private boolean isExpected(Item item, int length) {
        return item != null && Arrays.equals(item.value, copy(otherBuffer, length));
    }

    private void compareAndSet() {
        final Item item = model.live(key);
        final int expected = makeExpected(item);
        final int length = makeValue();
        final long ttl = random.nextBoolean() ? OffHeapCache.KEEP_TTL : makeTtl();
        final boolean written =
                longKey
                        ? cache.compareAndSet(
                                keyAsLong,
                                TestSupport.part(otherBuffer, 0, expected),
                                valueBuffer,
                                0,
                                length,
                                ttl)
                        : cache.compareAndSet(
                                keyBuffer,
                                0,
                                keyLength,
                                TestSupport.part(otherBuffer, 0, expected),
                                valueBuffer,
                                0,
                                length,
                                ttl);
        assertThat(written).isEqualTo(isExpected(item, expected));
        if (written) {
            written(length, ttl);
        }
    }

    private void update() {
        final Item item = model.live(key);
        final byte mark = (byte) random.nextInt();
        final boolean found =
                longKey
                        ? cache.update(keyAsLong, value -> stamp(value, mark))
                        : cache.update(keyBuffer, 0, keyLength, value -> stamp(value, mark));
        assertThat(found).isEqualTo(item != null);
        if (item != null) {
            stamp(new UnsafeBuffer(item.value), mark);
            used(item);
        }
    }

    private static void stamp(MutableDirectBuffer value, byte mark) {
        for (int i = 0; i < value.capacity(); i += 16) {
            value.putByte(i, mark);
        }
    }

    private void addAndGetLong() {
        final Item item = model.live(key);
        final int at = random.nextInt(16);
        final long delta = random.nextLong();
        if (item != null && at > item.value.length - Long.BYTES) {
            return;
        }
        final long sum =
                longKey
                        ? cache.addAndGetLong(keyAsLong, at, delta, 42)
                        : cache.addAndGetLong(keyBuffer, 0, keyLength, at, delta, 42);
        if (item == null) {
            assertThat(sum).isEqualTo(42);
        } else {
            final UnsafeBuffer value = new UnsafeBuffer(item.value);
            value.putLong(at, value.getLong(at) + delta);
            assertThat(sum).isEqualTo(value.getLong(at));
            used(item);
        }
    }

    /** Writes a number, at once or if the old number is the expected one. */
    private void writeLong() {
        final Item item = model.live(key);
        final int at = random.nextInt(16);
        final long number = random.nextLong();
        if (item != null && at > item.value.length - Long.BYTES) {
            return;
        }
        final UnsafeBuffer value = item == null ? null : new UnsafeBuffer(item.value);
        boolean expected = item != null;
        final boolean written;
        if (random.nextBoolean()) {
            written =
                    longKey
                            ? cache.putLong(keyAsLong, at, number)
                            : cache.putLong(keyBuffer, 0, keyLength, at, number);
        } else {
            final long old = item == null ? 0 : value.getLong(at) + random.nextInt(2);
            expected = item != null && old == value.getLong(at);
            written =
                    longKey
                            ? cache.compareAndSetLong(keyAsLong, at, old, number)
                            : cache.compareAndSetLong(keyBuffer, 0, keyLength, at, old, number);
        }
        assertThat(written).isEqualTo(expected);
        if (written) {
            value.putLong(at, number);
            used(item);
        }
    }

    private void remove() {
        final boolean present = model.live(key) != null;
        model.removing(true);
        assertThat(longKey ? cache.remove(keyAsLong) : cache.remove(keyBuffer, 0, keyLength))
                .isEqualTo(present);
        model.removing(false);
    }

    private void removeIfEqual() {
        final Item item = model.live(key);
        final int expected = makeExpected(item);
        model.removing(true);
        assertThat(
                        longKey
                                ? cache.removeIfEqual(keyAsLong, otherBuffer, 0, expected)
                                : cache.removeIfEqual(
                                        keyBuffer, 0, keyLength, otherBuffer, 0, expected))
                .isEqualTo(isExpected(item, expected));
        model.removing(false);
    }

    private void getAndRemove() {
        final Item item = model.live(key);
        final int room = random.nextInt(8) == 0 ? random.nextInt(64) : destination.capacity();
        final int offset = destination.capacity() - room;
        model.removing(true);
        checkCopied(
                item,
                longKey
                        ? cache.getAndRemove(keyAsLong, destination, offset)
                        : cache.getAndRemove(keyBuffer, 0, keyLength, destination, offset),
                offset,
                room);
        model.removing(false);
    }

    private void remainingTtl() {
        final Item item = model.live(key);
        final long expected =
                item == null
                        ? OffHeapCache.NOT_FOUND
                        : item.deadlineNs == Long.MAX_VALUE
                                ? OffHeapCache.NO_TTL
                                : item.deadlineNs - nowNs;
        assertThat(
                        longKey
                                ? cache.remainingTtlNs(keyAsLong)
                                : cache.remainingTtlNs(keyBuffer, 0, keyLength))
                .isEqualTo(expected);
    }

    private void setTtl() {
        final Item item = model.live(key);
        final long ttl = makeTtl();
        assertThat(
                        longKey
                                ? cache.setTtl(keyAsLong, ttl)
                                : cache.setTtl(keyBuffer, 0, keyLength, ttl))
                .isEqualTo(item != null);
        if (item != null) {
            setDeadline(item, ttl);
        }
    }

    private void persist() {
        final Item item = model.live(key);
        assertThat(longKey ? cache.persist(keyAsLong) : cache.persist(keyBuffer, 0, keyLength))
                .isEqualTo(item != null);
        if (item != null) {
            setDeadline(item, OffHeapCache.NO_TTL);
        }
    }

    private void rarely() {
        if (random.nextInt(3000) == 0) {
            model.removing(true);
            cache.clear();
            model.removing(false);
            assertThat(model.size()).isZero();
        }
    }

    /** Audits the cache, and checks that a scan sees exactly the live items. */
    private void verifyEverything() {
        TestSupport.assertClean(cache);
        final int[] seen = {0};
        long cursor = 0;
        while (cursor != OffHeapCache.SCAN_DONE) {
            cursor =
                    cache.scan(
                            cursor,
                            1 + random.nextInt(50),
                            (keyView, valueView) -> {
                                final Item item = model.live(new Key(keyView));
                                assertThat(item).isNotNull();
                                checkValue(item, valueView);
                                seen[0]++;
                            });
        }
        int live = 0;
        for (final var entry : model.entries()) {
            live += entry.getValue().isLive(nowNs) ? 1 : 0;
        }
        assertThat(seen[0]).isEqualTo(live);
    }
}
