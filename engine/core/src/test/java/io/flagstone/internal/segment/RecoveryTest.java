// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.internal.segment.CrashRig.Item;
import io.flagstone.internal.segment.CrashRig.Operation;
import io.flagstone.internal.segment.CrashRig.Setup;
import io.flagstone.internal.segment.SegmentDamagedException.Reason;
import io.flagstone.testing.TestSupport;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process may be killed at any access to memory. The region is copied at one access after another
 * of every operation, in all kinds of segments, and each copy is recovered: the audit is clean, the
 * operation has either happened or not, and everything else is as it was.
 *
 * <p>The ordinary build tries at most {@value #POINTS} points of each operation, spread over all
 * its accesses; {@code -Dflagstone.test.access.points=N} tries at most N.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("any-jdk")
class RecoveryTest {
    private static final int POINTS = 12;
    private static final long KEY = 1;
    private static final long TTL = CrashRig.TTL;
    private static final int DAMAGES = 300;

    private final int limit =
            Integer.getInteger("flagstone.test.access.points", TestSupport.repetitions(POINTS));
    private int points;
    private int interrupted;

    /** An operation, the key that it is about, and whether its entry may be evicted by it. */
    private record Step(Long key, Operation operation, boolean mayEvict) {}

    @AfterAll
    void report() {
        System.out.printf(
                "RecoveryTest: seed %d, %d images, %d recoveries interrupted%n",
                TestSupport.seed(), points, interrupted);
    }

    /** Fills a segment with entries of many sizes, some with deadlines, some used again. */
    private static CrashRig filled(Setup setup, int keyLength) {
        final CrashRig rig = new CrashRig(setup);
        final Random random = new Random(TestSupport.seed());
        for (long key = 2; key < 260; key++) {
            final long ttl =
                    random.nextInt(3) == 0 ? TTL * (1 + random.nextInt(200)) : TimesToLive.DEFAULT;
            rig.put(rig.segment, key, length(rig, random), 'o', ttl);
            if (key % 3 == 0) {
                rig.get(rig.segment, key - random.nextInt(20));
            }
            if (key % 7 == 0) {
                rig.remove(rig.segment, key / 2);
            }
            if (key % 11 == 0) {
                rig.putBytes(rig.segment, "key " + key, 20 + random.nextInt(60), 'b');
            }
            rig.nowNs += CrashRig.TICK;
        }
        if (keyLength > 0) {
            rig.put(rig.segment, KEY, keyLength, 'o', 3 * TTL);
        }
        rig.segment.doWork(rig.nowNs);
        return rig;
    }

    private static int length(CrashRig rig, Random random) {
        switch (rig.setup) {
            case RUNS:
                return random.nextInt(12) == 0
                        ? 1000 + random.nextInt(9_000)
                        : 24 + random.nextInt(300);
            case LARGE:
                return random.nextInt(6) == 0
                        ? 9_000 + random.nextInt(20_000)
                        : 24 + random.nextInt(300);
            default:
                return 24 + random.nextInt(random.nextBoolean() ? 40 : 500);
        }
    }

    private static Map<String, Step> steps(CrashRig rig, int keyLength) {
        final Map<String, Step> steps = new LinkedHashMap<>();
        final long hash = rig.hash.hash(KEY);
        final Object base = EntryDescriptor.LONG_KEY;
        final boolean large = keyLength > 256;
        for (final int length : new int[] {48, 47, 44, 24, 120, 300, 700, 3000, 9_000, 11_000}) {
            if (length + 48 <= rig.setup.maxEntryBytes) {
                put(rig, steps, "put " + length, length, TimesToLive.DEFAULT);
            }
        }
        put(rig, steps, "put same length", Math.max(24, keyLength), TimesToLive.KEEP);
        put(rig, steps, "put with ttl", Math.max(24, keyLength), 7 * TTL);
        put(rig, steps, "put without ttl", Math.max(24, keyLength), TimesToLive.NONE);
        steps.put(
                "put bytes",
                new Step(null, s -> rig.putBytes(s, "a key of 23 bytes......", 50, 'n'), true));
        steps.put("remove", new Step(KEY, s -> rig.remove(s, KEY), true));
        final UnsafeBuffer old = CrashRig.value(KEY, Math.max(24, keyLength), 'o');
        steps.put(
                "removeIfEqual",
                new Step(
                        KEY,
                        s ->
                                s.removeIfEqual(
                                        hash,
                                        base,
                                        KEY,
                                        8,
                                        old.byteArray(),
                                        old.addressOffset(),
                                        old.capacity()),
                        true));
        final UnsafeBuffer room = new UnsafeBuffer(new byte[rig.setup.maxEntryBytes]);
        steps.put(
                "getAndRemove",
                new Step(
                        KEY,
                        s ->
                                s.getAndRemove(
                                        hash,
                                        base,
                                        KEY,
                                        8,
                                        room.byteArray(),
                                        room.addressOffset(),
                                        room.capacity()),
                        true));
        steps.put(
                "update",
                new Step(
                        KEY,
                        s ->
                                s.update(
                                        hash,
                                        base,
                                        KEY,
                                        8,
                                        view -> view.setMemory(0, view.capacity(), (byte) 'u')),
                        large));
        steps.put(
                "update that throws",
                new Step(
                        KEY,
                        s -> {
                            try {
                                s.update(
                                        hash,
                                        base,
                                        KEY,
                                        8,
                                        view -> {
                                            view.setMemory(0, view.capacity(), (byte) 'u');
                                            throw new IllegalStateException("test");
                                        });
                            } catch (final IllegalStateException expected) {
                                // The old value stays.
                            }
                        },
                        large));
        for (final int index : new int[] {0, 8, 3, 13}) {
            steps.put(
                    "putLong " + index,
                    new Step(KEY, s -> s.putLong(hash, base, KEY, 8, index, -2), false));
            steps.put(
                    "addAndGetLong " + index,
                    new Step(
                            KEY,
                            s -> s.addAndGetLong(hash, base, KEY, 8, index, 1L << 60, 0),
                            false));
            steps.put(
                    "compareAndSetLong " + index,
                    new Step(
                            KEY,
                            s ->
                                    s.compareAndSetLong(
                                            hash, base, KEY, 8, index, old.getLong(index), -3),
                            false));
        }
        for (final int length : new int[] {48, 200, keyLength}) {
            final UnsafeBuffer value = CrashRig.value(KEY, Math.max(24, length), 'c');
            steps.put(
                    "compareAndSet " + length,
                    new Step(
                            KEY,
                            s ->
                                    s.compareAndSet(
                                            hash,
                                            base,
                                            KEY,
                                            EntryLengths.of(8, value.capacity()),
                                            old,
                                            value.byteArray(),
                                            value.addressOffset(),
                                            TimesToLive.DEFAULT),
                            large));
        }
        for (final long ttl :
                new long[] {
                    TTL, 50 * TTL, TimesToLive.NONE, TimesToLive.DEFAULT, TimesToLive.KEEP
                }) {
            steps.put(
                    "setTtl " + ttl, new Step(KEY, s -> s.setTtl(hash, base, KEY, 8, ttl), false));
        }
        steps.put("get", new Step(KEY, s -> rig.get(s, KEY), false));
        for (long key = 100; key < 260; key += 40) {
            final long other = key;
            steps.put("get " + key, new Step(other, s -> rig.get(s, other), false));
        }
        steps.put("promotions", new Step(null, s -> rig.promote(s, 200, 8), false));
        steps.put("clear", new Step(null, Segment::clear, true));
        steps.put(
                "put with a writer",
                new Step(
                        KEY,
                        s ->
                                s.put(
                                        hash,
                                        base,
                                        KEY,
                                        EntryLengths.of(8, 90),
                                        TimesToLive.DEFAULT,
                                        view -> view.setMemory(0, 90, (byte) 'w')),
                        large));
        steps.put("doWork", new Step(null, s -> s.doWork(rig.nowNs), true));
        steps.put(
                "puts of another class",
                new Step(
                        null,
                        s -> {
                            for (long key = 1000; key < 1012; key++) {
                                rig.put(s, key, 400, 'm', TimesToLive.DEFAULT);
                            }
                        },
                        true));
        return steps;
    }

    private static void put(
            CrashRig rig, Map<String, Step> steps, String name, int length, long ttlNs) {
        steps.put(name, new Step(KEY, s -> rig.put(s, KEY, length, 'n', ttlNs), length > 256));
    }

    @ParameterizedTest
    @EnumSource
    void anyOperationMayEndAtAnyAccess(Setup setup) {
        for (final int keyLength : new int[] {48, 0, setup.maxEntryBytes / 2}) {
            final CrashRig rig = filled(setup, keyLength);
            final byte[] start = rig.image();
            final long startNs = rig.nowNs;
            for (final Map.Entry<String, Step> step : steps(rig, keyLength).entrySet()) {
                rig.nowNs = startNs;
                crash(rig, start, "value of " + keyLength + ", " + step.getKey(), step.getValue());
            }
            // Time has passed, and some entries have expired.
            for (final Map.Entry<String, Step> step : steps(rig, keyLength).entrySet()) {
                rig.nowNs = startNs + 60 * TTL;
                crash(
                        rig,
                        start,
                        "later, value of " + keyLength + ", " + step.getKey(),
                        step.getValue());
            }
        }
    }

    private void crash(CrashRig rig, byte[] start, String name, Step step) {
        final Random random = new Random(TestSupport.seed() + name.hashCode());
        rig.load(start);
        final Map<String, Item> before = rig.contents(rig.segment);
        final long accesses = CrashRig.accesses(rig.segment, step.operation);
        final Map<String, Item> after = rig.contents(rig.segment);
        final double stride = Math.max(1.0, (double) accesses / limit);
        for (double at = 1 + random.nextDouble() * (stride - 1); at <= accesses; at += stride) {
            points++;
            final long access = (long) at;
            try {
                rig.load(start);
                final byte[] image = rig.imageAt(access, step.operation);
                final Map<String, Item> shown = shown(rig, image);
                assertMarked(rig, image);
                final Segment found = rig.recovered(image);
                final Map<String, Item> contents = rig.contents(found);
                if (shown != null) {
                    // Another thread may have seen that these keys had left.
                    before.keySet().stream()
                            .filter(key -> !shown.containsKey(key))
                            .forEach(key -> assertThat(contents).doesNotContainKey(key));
                }
                assertWhole(before, after, contents, step);
                if (random.nextInt(6) == 0) {
                    again(rig, contents);
                }
                if (random.nextInt(50) == 0) {
                    interrupt(rig, image, contents, random);
                }
            } catch (final Throwable thrown) {
                throw new AssertionError(
                        "%s, %s: access %d of %d".formatted(rig.setup, name, access, accesses),
                        thrown);
            }
        }
    }

    /** Returns the keys that readers found when the image was made, or null if there is none. */
    private static Map<String, Item> shown(CrashRig rig, byte[] image) {
        final Segment unfinished = rig.over(image);
        return SegmentVersion.isOdd(SegmentVersion.read(unfinished.region))
                ? null
                : rig.contents(unfinished);
    }

    /** Where no mark says that an operation is under way, all structures agree. */
    private static void assertMarked(CrashRig rig, byte[] image) {
        final Segment unfinished = rig.over(image);
        if (SegmentRecovery.isAtRest(unfinished.region, unfinished.store.stripes)) {
            // The owners of stripes are those of the other process.
            unfinished.store.stripes.beginLife();
            final String finding = unfinished.audit().finding();
            assertThat(finding).as("nothing is marked").isEmpty();
        }
    }

    private static void assertWhole(
            Map<String, Item> before, Map<String, Item> after, Map<String, Item> found, Step step) {
        if (step.mayEvict && step.key != null && !found.containsKey(CrashRig.name(step.key))) {
            before.remove(CrashRig.name(step.key));
            CrashRig.assertWhole(before, after, found, step.key);
        } else {
            CrashRig.assertWhole(before, after, found, step.key);
        }
    }

    /** The recovered segment, recovered again, is the same to the last byte of its tables. */
    private static void again(CrashRig rig, Map<String, Item> contents) {
        final byte[] first = rig.secondImage();
        final Segment twice = rig.recovered(first);
        assertThat(rig.contents(twice)).isEqualTo(contents);
        final byte[] second = rig.secondImage();
        // The version is higher, and nothing else differs.
        for (int i = 0; i < 8; i++) {
            second[SegmentDescriptor.VERSION + i] = first[SegmentDescriptor.VERSION + i];
        }
        assertThat(second).isEqualTo(first);
        // It can also be attached to, and used.
        final Segment used = rig.over(first);
        used.attach();
        for (long key = 5000; key < 5020; key++) {
            rig.put(used, key, 30 + (int) key % 70, 'x', key % 2 == 0 ? TTL : TimesToLive.DEFAULT);
        }
        assertThat(used.audit().clean()).as(used.audit().finding()).isTrue();
    }

    /** A recovery that is interrupted at any access, and started again, finds the same. */
    private void interrupt(CrashRig rig, byte[] image, Map<String, Item> contents, Random random) {
        final Segment whole = rig.over(image);
        final long accesses = CrashRig.accesses(whole, s -> s.recoverEntries(rig.nowNs));
        for (int i = 0; i < 4; i++) {
            interrupted++;
            final Segment broken = rig.over(image);
            final byte[][] rest = new byte[1][];
            final long access = 1 + random.nextInt((int) accesses);
            AccessFaults.interrupt(access, () -> rest[0] = rig.secondImage());
            broken.recoverEntries(rig.nowNs);
            AccessFaults.disarm();
            final Map<String, Item> found = rig.contents(rig.recovered(rest[0]));
            assertThat(found).as("interrupted at access %d", access).isEqualTo(contents);
        }
    }

    @ParameterizedTest
    @EnumSource
    void randomSequencesOfOperations(Setup setup) {
        for (int round = 0; round < 3; round++) {
            final long seed = TestSupport.seed() + round;
            final CrashRig rig = new CrashRig(setup);
            final Random random = new Random(seed);
            for (int i = 0; i < 500; i++) {
                final String what = "%s, seed %d, operation %d".formatted(setup, seed, i);
                final long key = 1 + random.nextInt(300);
                final Operation operation = operation(rig, random, key);
                rig.nowNs += random.nextInt(20) == 0 ? 20 * TTL : random.nextInt(2000);
                final Map<String, Item> before = rig.contents(rig.segment);
                final byte[] image = rig.imageAt(1 + random.nextInt(160), operation);
                final Map<String, Item> after = rig.contents(rig.segment);
                try {
                    if (image != null) {
                        points++;
                        final Map<String, Item> found = rig.contents(rig.recovered(image));
                        assertWhole(before, after, found, new Step(key, operation, true));
                    }
                    if (i % 50 == 0) {
                        rig.load(rig.image());
                    }
                } catch (final Throwable thrown) {
                    throw new AssertionError(what, thrown);
                }
            }
        }
    }

    private static Operation operation(CrashRig rig, Random random, long key) {
        final long hash = rig.hash.hash(key);
        final Object base = EntryDescriptor.LONG_KEY;
        final int length = length(rig, random);
        final long ttl =
                random.nextInt(3) == 0 ? TTL * (1 + random.nextInt(60)) : TimesToLive.DEFAULT;
        final int index = random.nextInt(17);
        switch (random.nextInt(10)) {
            case 0:
                return s -> rig.remove(s, key);
            case 1:
                return s -> rig.get(s, key);
            case 2:
                return s -> s.setTtl(hash, base, key, 8, ttl);
            case 3:
                return s -> s.addAndGetLong(hash, base, key, 8, index, -1, 0);
            case 4:
                return s ->
                        s.update(
                                hash,
                                base,
                                key,
                                8,
                                view -> view.setMemory(0, view.capacity(), (byte) 'v'));
            case 5:
                return s -> s.doWork(rig.nowNs);
            default:
                return s -> rig.put(s, key, length, (char) ('a' + length % 26), ttl);
        }
    }

    /** Bits of a region are flipped, and the region comes from the middle of a put. */
    @ParameterizedTest
    @EnumSource
    void aDamagedRegionIsRefusedOrSound(Setup setup) {
        final Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
        final Random random = new Random(TestSupport.seed());
        final CrashRig rig = filled(setup, 48);
        final byte[] start = rig.image();
        final int tables = rig.layout().slabsOffset();
        for (int i = 0; i < DAMAGES; i++) {
            rig.load(start);
            byte[] image =
                    rig.imageAt(
                            1 + random.nextInt(120),
                            s -> rig.put(s, KEY, 40 + random.nextInt(20), 'n', TTL));
            if (image == null) {
                image = rig.image();
            }
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                final int bytes = random.nextBoolean() ? tables : image.length;
                CrashRig.flip(image, random.nextInt(8 * bytes));
            }
            if (random.nextInt(10) == 0) {
                final int from = random.nextInt(image.length - 64);
                random.nextBytes(new byte[0]);
                for (int k = 0; k < 64; k++) {
                    image[from + k] = (byte) random.nextInt();
                }
            }
            final Segment found = rig.over(image);
            try {
                final RecoveryCounts counts = found.recoverEntries(rig.nowNs);
                if (TestSupport.assertUsable(found.audit(), "damage " + i)) {
                    CrashRig.assertSound(found, counts.kept());
                }
            } catch (final SegmentDamagedException e) {
                refused.merge(e.reason(), 1, Integer::sum);
            } catch (final Throwable thrown) {
                throw new AssertionError("%s, damage %d".formatted(setup, i), thrown);
            }
        }
        System.out.printf(
                "RecoveryTest: %s, of %d damaged regions refused %s%n", setup, DAMAGES, refused);
    }

    @Test
    void aClosedRegionIsContinued() {
        for (final Setup setup : Setup.values()) {
            final CrashRig rig = filled(setup, 48);
            final Map<String, Item> before = rig.contents(rig.segment);
            final long entries = rig.segment.size();
            rig.segment.close();
            rig.load(rig.image());
            assertThat(rig.contents(rig.segment)).isEqualTo(before);
            CrashRig.assertSound(rig.segment, entries);
            for (long key = 1000; key < 1100; key++) {
                rig.put(rig.segment, key, length(rig, new Random(key)), 'n', TTL);
            }
            assertThat(rig.segment.audit().clean()).as(rig.segment.audit().finding()).isTrue();
        }
    }

    @Test
    void anUnfinishedOrForeignRegionIsNotAttachedTo() {
        final CrashRig rig = filled(Setup.STRIPED, 48);
        final byte[] start = rig.image();
        rig.load(start);
        final byte[] unfinished =
                rig.imageAt(120, s -> rig.put(s, 7000, 48, 'n', TimesToLive.DEFAULT));
        assertThatThrownBy(() -> rig.over(unfinished).attach())
                .isInstanceOfSatisfying(
                        SegmentDamagedException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.NOT_CLOSED));
        for (final int word :
                new int[] {
                    SegmentDescriptor.IDENTITY_MAGIC,
                    SegmentDescriptor.IDENTITY_VERSION,
                    SegmentDescriptor.IDENTITY_REGION_BYTES,
                    SegmentDescriptor.IDENTITY_HASH_SEED,
                    SegmentDescriptor.IDENTITY_BUCKETS,
                    SegmentDescriptor.IDENTITY_SLAB_BYTES,
                    SegmentDescriptor.IDENTITY_SLABS,
                    SegmentDescriptor.IDENTITY_INDEX_OFFSET,
                    SegmentDescriptor.IDENTITY_SLABS_OFFSET,
                    SegmentDescriptor.IDENTITY_MAX_ENTRIES,
                    SegmentDescriptor.IDENTITY_TICK_NS,
                    SegmentDescriptor.IDENTITY_CLASSES
                }) {
            final byte[] foreign = CrashRig.copy(start);
            foreign[word]++;
            assertThatThrownBy(() -> rig.over(foreign).attach())
                    .isInstanceOfSatisfying(
                            SegmentDamagedException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.IDENTITY));
            assertThatThrownBy(() -> rig.over(foreign).recoverEntries(1))
                    .isInstanceOf(SegmentDamagedException.class);
        }
    }

    /**
     * An operation ends by an Error, and the process is killed while the segment repairs itself.
     */
    @ParameterizedTest
    @EnumSource
    void aRepairMayEndAtAnyAccess(Setup setup) {
        final CrashRig rig = filled(setup, 48);
        final byte[] start = rig.image();
        for (int fault = 1; fault < 130; fault += 3) {
            rig.load(start);
            final Map<String, Item> before = rig.contents(rig.segment);
            rig.resets = rig.segment.size();
            final byte[] failed = failedAt(rig, fault);
            if (failed == null) {
                continue;
            }
            final Map<String, Item> after = rig.contents(rig.segment);
            final Map<String, Item> found = rig.contents(rig.recovered(failed));
            if (rig.segment.statistics().segmentResets() == 0) {
                CrashRig.assertWhole(before, after, found, null);
            } else if (!found.isEmpty()) {
                // Killed before the reset began: nothing is lost but what the put was about.
                assertThat(found.size()).as("entries").isGreaterThan(before.size() - 4);
            }
            points++;
        }
    }

    /** Fails a put at an access, and returns an image from the repair that follows. */
    private static byte[] failedAt(CrashRig rig, int fault) {
        final byte[][] image = new byte[1][];
        final Random random = new Random(fault);
        final StackOverflowError error = new StackOverflowError("injected");
        AccessFaults.interrupt(
                fault,
                () -> {
                    AccessFaults.interrupt(1 + random.nextInt(400), () -> image[0] = rig.image());
                    throw error;
                });
        try {
            rig.put(rig.segment, KEY, random.nextInt(2) == 0 ? 48 : 47, 'n', TTL);
        } catch (final StackOverflowError expected) {
            // The armed error.
        } finally {
            AccessFaults.disarm();
        }
        assertThat(rig.segment.audit().clean()).as(rig.segment.audit().finding()).isTrue();
        return image[0];
    }
}
