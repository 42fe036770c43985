// SPDX-License-Identifier: Apache-2.0
package io.flagstone.restart;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.CacheBuilder;
import io.flagstone.MultiPut;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RestartReport.Kind;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process may be killed at any access to its file. The mapped file is copied at one access after
 * another of each operation, of opening and of closing, as the kernel would keep it, and a cache is
 * opened over each copy: the operation has happened or not for each key, and everything else is as
 * it was.
 *
 * <p>The ordinary build tries at most {@value #POINTS} points of each operation; {@code
 * -Dflagstone.test.access.points=N} tries at most N.
 *
 * <p>Opening and closing share their work with helper threads, whose accesses are not counted. So
 * the next run of them may have fewer accesses than the last one.
 */
@Tag("any-jdk")
class HaltedFileTest {
    private static final int POINTS = 6;
    private static final int KEYS = 1_500;
    private static final long KEY = 5;
    private static final long TTL = 1_000_000_000L;
    private static int points;

    @TempDir private Path directory;

    private final int limit =
            Integer.getInteger("flagstone.test.access.points", TestSupport.repetitions(POINTS));
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[4_000]);
    private Restarts work;
    private Restarts halted;
    private Map<Long, String> before;
    private Map<Long, String> after;

    @BeforeEach
    void create() {
        work = new Restarts(directory.resolve("work"));
        halted = new Restarts(directory.resolve("halted"));
    }

    @AfterAll
    static void report() {
        System.out.printf("HaltedFileTest: seed %d, %d files%n", TestSupport.seed(), points);
    }

    private static CacheBuilder builder(Restarts restarts) {
        return restarts.builder().memoryBytes(1 << 17).slabBytes(1 << 10);
    }

    private UnsafeBuffer value(char letter, int length) {
        value.setMemory(0, length, (byte) letter);
        return value;
    }

    private void fill(OffHeapCache cache, int entries) {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        for (long key = 0; key < entries; key++) {
            final int length = 24 + random.nextInt(120);
            final long ttl = key % 3 == 0 ? TTL * (1 + key) : OffHeapCache.NO_TTL;
            cache.put(key, value('o', length), 0, length, ttl);
            if (key % 11 == 10) {
                cache.remove(key - 4);
            }
        }
        cache.put(KEY, value('o', 48), 0, 48, 3 * TTL);
    }

    private Map<String, Consumer<OffHeapCache>> operations() {
        final Map<String, Consumer<OffHeapCache>> all = new LinkedHashMap<>();
        for (final int length : new int[] {48, 44, 24, 130, 700}) {
            all.put("put " + length, c -> c.put(KEY, value('n', length), 0, length));
        }
        all.put("put with a time", c -> c.put(KEY, value('n', 48), 0, 48, 9 * TTL));
        all.put("put of a new key", c -> c.put(9_000, value('n', 60), 0, 60, TTL));
        all.put("putIfAbsent", c -> c.putIfAbsent(9_000, value('n', 60), 0, 60));
        all.put("replace", c -> c.replace(KEY, value('n', 50), 0, 50));
        all.put(
                "compareAndSet",
                c ->
                        c.compareAndSet(
                                KEY,
                                TestSupport.value('o', 48),
                                TestSupport.value('n', 48),
                                0,
                                48));
        all.put("update", c -> c.update(KEY, view -> view.setMemory(0, 48, (byte) 'u')));
        all.put("writer", c -> c.put(KEY, 90, TTL, view -> view.setMemory(0, 90, (byte) 'w')));
        all.put("putLong", c -> c.putLong(KEY, 8, -1));
        all.put("addAndGetLong", c -> c.addAndGetLong(KEY, 16, -1, 0));
        all.put("remove", c -> c.remove(KEY));
        all.put("getAndRemove", c -> c.getAndRemove(KEY, value, 0));
        all.put("setTtl", c -> c.setTtl(KEY, 900 * TTL));
        all.put("persist", c -> c.persist(KEY));
        all.put("get", c -> c.get(KEY, value, 0));
        all.put("doWork", OffHeapCache::doWork);
        all.put("clear", OffHeapCache::clear);
        all.put("batch", this::putAll);
        all.put("close", OffHeapCache::close);
        return all;
    }

    private void putAll(OffHeapCache cache) {
        final MultiPut batch = new MultiPut(8);
        for (long key = KEY; key < KEY + 8; key++) {
            batch.add(key * 3, 0, 40 + (int) key);
        }
        cache.put(batch, value('m', 100), TTL);
    }

    private Map<Long, String> contents(OffHeapCache cache) {
        final Map<Long, String> contents = new TreeMap<>();
        for (long key = 0; key <= 9_000; key += key == KEYS ? 9_000 - KEYS : 1) {
            final int length = cache.peek(key, value, 0);
            if (length >= 0) {
                final String bytes = value.getStringWithoutLengthAscii(0, length);
                contents.put(key, cache.remainingTtlNs(key) + ": " + bytes);
            }
        }
        return contents;
    }

    /** Copies the files of the process that would be killed now. */
    private void copyFiles() {
        points++;
        try {
            delete(halted.directory);
            Files.createDirectories(halted.directory);
            for (final String name : work.names()) {
                if (!name.endsWith(".lock")) {
                    Files.copy(work.directory.resolve(name), halted.directory.resolve(name));
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (final Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private void restore(byte[] file) throws IOException {
        delete(work.directory);
        Files.createDirectories(work.directory);
        Files.write(work.file(), file);
    }

    private static long accesses(Runnable operation) {
        AccessFaults.arm(0, false, null);
        try {
            operation.run();
        } finally {
            AccessFaults.disarm();
        }
        return AccessFaults.disarm();
    }

    /**
     * Runs an operation, and copies the files at an access.
     *
     * @return 0, or the number of accesses if the operation had fewer.
     */
    private long copyAt(long access, Runnable operation) {
        final int earlier = points;
        AccessFaults.interrupt(access, this::copyFiles);
        try {
            operation.run();
        } finally {
            AccessFaults.disarm();
        }
        return points > earlier ? 0 : Math.max(1, AccessFaults.disarm());
    }

    private long[] chosen(String name, long accesses) {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed() + name.hashCode());
        final double stride = Math.max(1.0, (double) accesses / limit);
        final int count = (int) Math.min(accesses, limit);
        final long[] chosen = new long[count];
        for (int i = 0; i < count; i++) {
            chosen[i] = 1 + (long) (i * stride + random.nextDouble() * (stride - 1));
        }
        return chosen;
    }

    private void assertWhole(List<Kind> kinds, String as) {
        try (OffHeapCache cache = builder(halted).build()) {
            assertThat(Restarts.report(cache).kind())
                    .as("%s: %s", as, Restarts.report(cache))
                    .isIn(kinds);
            TestSupport.assertClean(cache);
            final Map<Long, String> found = contents(cache);
            assertThat(cache.size()).as(as).isEqualTo(found.size());
            for (long key = 0; key <= 9_000; key++) {
                assertThat(found.get(key))
                        .as("%s: key %d", as, key)
                        .isIn(before.get(key), after.get(key));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {150, KEYS})
    void anyOperationMayEndAtAnyAccess(int entries) throws IOException {
        try (OffHeapCache cache = builder(work).build()) {
            fill(cache, entries);
            assertThat(cache.statistics().evictions() > 0).isEqualTo(entries == KEYS);
        }
        final byte[] start = Files.readAllBytes(work.file());
        for (final Map.Entry<String, Consumer<OffHeapCache>> step : operations().entrySet()) {
            final Consumer<OffHeapCache> operation = step.getValue();
            final boolean closes = step.getKey().equals("close");
            final long accesses;
            restore(start);
            try (OffHeapCache cache = builder(work).build()) {
                before = contents(cache);
                accesses = accesses(() -> operation.accept(cache));
                after = closes ? before : contents(cache);
            }
            for (long access : chosen(step.getKey(), accesses)) {
                long fewer;
                do {
                    restore(start);
                    try (OffHeapCache cache = builder(work).build()) {
                        fewer = copyAt(access, () -> operation.accept(cache));
                    }
                    assertThat(closes || fewer == 0).as(step.getKey()).isTrue();
                    access = fewer == 0 ? access : fewer;
                } while (fewer > 0);
                assertWhole(
                        List.of(Kind.RECOVERED),
                        "seed %d, %s: access %d of %d"
                                .formatted(TestSupport.seed(), step.getKey(), access, accesses));
            }
        }
    }

    /** Opens the cache again, from nothing, from a closed file or from one of a killed process. */
    @Test
    void openingMayEndAtAnyAccess() throws IOException {
        try (OffHeapCache cache = builder(work).build()) {
            before = contents(cache);
            after = before;
        }
        opening(null, "from nothing", List.of(Kind.COLD, Kind.RECOVERED));
        try (OffHeapCache cache = builder(work).build()) {
            fill(cache, KEYS);
            cache.put(KEY, value('o', 48), 0, 48);
            before = contents(cache);
            assertThat(copyAt(30, () -> cache.put(KEY, value('n', 48), 0, 48))).isZero();
            after = contents(cache);
        }
        final byte[] closed = Files.readAllBytes(work.file());
        final byte[] killed = Files.readAllBytes(halted.file());
        opening(killed, "after a kill", List.of(Kind.RECOVERED));
        before = after;
        opening(closed, "after a close", List.of(Kind.WARM, Kind.RECOVERED));
    }

    private void opening(byte[] start, String name, List<Kind> kinds) throws IOException {
        final long accesses = accesses(open(start));
        assertThat(accesses).isPositive();
        for (long access : chosen(name, accesses)) {
            for (long fewer = copyAt(access, open(start)); fewer > 0; ) {
                access = fewer;
                fewer = copyAt(access, open(start));
            }
            assertWhole(
                    kinds,
                    "seed %d, opening %s: access %d of %d"
                            .formatted(TestSupport.seed(), name, access, accesses));
        }
    }

    private Runnable open(byte[] start) throws IOException {
        if (start == null) {
            delete(work.directory);
        } else {
            restore(start);
        }
        return () -> builder(work).build().close();
    }
}
