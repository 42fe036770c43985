// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.Spliterator;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The atomic operations of the map with a codec that writes unstable bytes, and the views of the
 * map.
 */
@Timeout(60)
class MapViewsTest {
    private static final long TTL = 1_000;

    private final TestClock clock = new TestClock(0);
    private final AtomicInteger decoded = new AtomicInteger();
    private final AtomicBoolean undecodable = new AtomicBoolean();
    private Cache<String, HashSet<String>> sets;
    private Cache<String, Integer> cache;

    /** Writes different bytes at each encoding, and reads mutable objects. */
    private static final class UnstableCodec implements Codec<HashSet<String>> {
        private final Random random = new Random(TestSupport.seed());

        @Override
        public int encode(HashSet<String> value, MutableDirectBuffer buffer, int offset) {
            try {
                final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.write(random.nextInt());
                new ObjectOutputStream(bytes).writeObject(value);
                buffer.putBytes(offset, bytes.toByteArray());
                return bytes.size();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        @SuppressWarnings("unchecked")
        public HashSet<String> decode(DirectBuffer buffer, int offset, int length) {
            final byte[] bytes = new byte[length - 1];
            buffer.getBytes(offset + 1, bytes);
            try {
                return (HashSet<String>)
                        new ObjectInputStream(new ByteArrayInputStream(bytes)).readObject();
            } catch (final IOException | ClassNotFoundException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private ConcurrentMap<String, HashSet<String>> openSets() {
        sets =
                Cache.builder(
                                OffHeapCache.builder()
                                        .memoryBytes(1 << 20)
                                        .slabBytes(1 << 14)
                                        .clock(clock)
                                        .defaultTtlNs(TTL),
                                Codecs.ofString(),
                                new UnstableCodec())
                        .build();
        return sets.asMap();
    }

    private ConcurrentMap<String, Integer> open(int entries) {
        final Codec<Integer> counting =
                new Codec<>() {
                    @Override
                    public int encode(Integer value, MutableDirectBuffer buffer, int offset) {
                        buffer.putInt(offset, value);
                        return Integer.BYTES;
                    }

                    @Override
                    public Integer decode(DirectBuffer buffer, int offset, int length) {
                        decoded.incrementAndGet();
                        if (undecodable.get()) {
                            throw new IllegalStateException("undecodable");
                        }
                        return buffer.getInt(offset);
                    }
                };
        cache =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(1 << 20).clock(clock),
                                Codecs.ofString(),
                                counting)
                        .build();
        for (int i = 0; i < entries; i++) {
            cache.put("k" + i, i);
        }
        return cache.asMap();
    }

    @AfterEach
    void close() {
        for (final Cache<?, ?> one : new Cache<?, ?>[] {sets, cache}) {
            if (one != null) {
                TestSupport.assertClean(one.engine());
                one.close();
            }
        }
    }

    private static HashSet<String> set(String... elements) {
        return new HashSet<>(Arrays.asList(elements));
    }

    private static HashSet<String> with(HashSet<String> set, String element) {
        set.add(element);
        return set;
    }

    @Test
    void aFunctionMayChangeTheOldValueAndReturnIt() {
        final ConcurrentMap<String, HashSet<String>> map = openSets();
        map.put("k", set("a"));
        assertThat(map.compute("k", (key, old) -> with(old, "b"))).isEqualTo(set("a", "b"));
        assertThat(map.computeIfPresent("k", (key, old) -> with(old, "c"))).hasSize(3);
        assertThat(map.merge("k", set("d"), (old, other) -> with(old, "d"))).hasSize(4);
        map.replaceAll((key, old) -> with(old, "e"));
        assertThat(map.get("k")).isEqualTo(set("a", "b", "c", "d", "e"));
    }

    @Test
    void computeAndMergeFollowTheContractOfMap() {
        final ConcurrentMap<String, HashSet<String>> map = openSets();
        assertThat(map.computeIfPresent("k", (key, old) -> set("x"))).isNull();
        assertThat(map.compute("k", (key, old) -> null)).isNull();
        assertThat(map.compute("k", (key, old) -> old == null ? set("new") : null))
                .isEqualTo(set("new"));
        assertThat(map.merge("k", set("y"), (old, other) -> null)).isNull();
        assertThat(map).doesNotContainKey("k");
        assertThat(map.merge("k", set("y"), (old, other) -> null)).isEqualTo(set("y"));
        assertThat(map.computeIfPresent("k", (key, old) -> null)).isNull();
        assertThat(map).isEmpty();
        map.put("k", set("z"));
        assertThatThrownBy(() -> map.replaceAll((key, old) -> null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(
                        () ->
                                map.compute(
                                        "k",
                                        (key, old) -> {
                                            throw new AssertionError("mine");
                                        }))
                .isInstanceOf(AssertionError.class);
        assertThat(map.get("k")).isEqualTo(set("z"));
    }

    @Test
    void computeRenewsTheDeadlineAndATooLargeValueRemovesTheOldOne() {
        final ConcurrentMap<String, HashSet<String>> map = openSets();
        map.put("k", set("a"));
        clock.advance(TTL - 1);
        map.compute("k", (key, old) -> old);
        clock.advance(TTL - 1);
        assertThat(map).containsKey("k");
        final String large = "x".repeat(1 << 15);
        assertThatThrownBy(() -> map.compute("k", (key, old) -> set(large)))
                .isInstanceOf(EntryTooLargeException.class);
        assertThat(map).doesNotContainKey("k");
    }

    /** A write while the function runs is not lost: the function is called again. */
    @Test
    void aWriteDuringTheFunctionIsNotLost() {
        final ConcurrentMap<String, HashSet<String>> map = openSets();
        final AtomicBoolean first = new AtomicBoolean(true);
        for (final boolean present : new boolean[] {true, false}) {
            map.remove("k");
            if (present) {
                map.put("k", set("a"));
            }
            first.set(true);
            map.compute(
                    "k",
                    (key, old) -> {
                        if (first.getAndSet(false)) {
                            map.put("k", set("meanwhile"));
                        }
                        return old == null ? null : with(old, "b");
                    });
            assertThat(map.get("k")).isEqualTo(set("meanwhile", "b"));
        }
    }

    @Test
    void concurrentComputesLoseNoUpdate() throws Exception {
        final ConcurrentMap<String, HashSet<String>> map = openSets();
        final Thread[] threads = new Thread[4];
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        for (int t = 0; t < threads.length; t++) {
            final int number = t;
            threads[t] =
                    new Thread(
                            () -> {
                                for (int i = 0; i < 25; i++) {
                                    final String element = number + "-" + i;
                                    map.compute(
                                            "k",
                                            (key, old) -> with(old == null ? set() : old, element));
                                }
                            });
            threads[t].setUncaughtExceptionHandler((thread, thrown) -> failure.set(thrown));
            threads[t].start();
        }
        for (final Thread thread : threads) {
            thread.join();
        }
        assertThat(failure.get()).isNull();
        assertThat(map.get("k")).hasSize(100);
    }

    @Test
    void spliteratorsReportTheirCharacteristics() {
        final ConcurrentMap<String, Integer> map = open(10);
        for (final Collection<?> view : List.of(map.keySet(), map.values(), map.entrySet())) {
            final Spliterator<?> spliterator = view.spliterator();
            assertThat(spliterator.hasCharacteristics(Spliterator.CONCURRENT)).isTrue();
            assertThat(spliterator.hasCharacteristics(Spliterator.NONNULL)).isTrue();
            assertThat(spliterator.hasCharacteristics(Spliterator.SIZED)).isFalse();
            assertThat(spliterator.hasCharacteristics(Spliterator.SUBSIZED)).isFalse();
            assertThat(spliterator.hasCharacteristics(Spliterator.DISTINCT)).isFalse();
            assertThat(spliterator.getExactSizeIfKnown()).isEqualTo(-1);
        }
    }

    /**
     * The size differs from the number of iterated entries, since half of the entries have expired.
     */
    @Test
    void streamsSkipExpiredEntries() {
        final ConcurrentMap<String, Integer> map = open(0);
        for (int i = 0; i < 200; i++) {
            cache.put("k" + i, i, i % 2 == 0 ? TTL : OffHeapCache.NO_TTL);
        }
        clock.advance(TTL);
        assertThat(map.size()).isEqualTo(200);
        assertThat(map.keySet().stream().count()).isEqualTo(100);
        assertThat(map.values().stream().sorted().toList()).hasSize(100).startsWith(1, 3, 5);
        assertThat(map.entrySet().parallelStream().toArray()).hasSize(100);
        assertThat(map.values().parallelStream().mapToInt(value -> value).sum()).isEqualTo(10_000);
        assertThat(new ArrayList<>(map.keySet())).hasSize(100);
        assertThat(List.copyOf(map.values())).hasSize(100);
        assertThat(new TreeSet<>(map.keySet())).hasSize(100);
        assertThat(map.keySet().toArray(new String[0])).hasSize(100);
        assertThat(map.keySet().toArray(String[]::new)).hasSize(100);
        assertThat(map.keySet().stream().skip(10).limit(20).distinct().toList()).hasSize(20);
        assertThat(String.join(",", map.keySet()).split(",")).hasSize(100);
        assertThat(map.toString()).startsWith("{");
    }

    @Test
    void streamsWorkDuringConcurrentWrites() throws Exception {
        final ConcurrentMap<String, Integer> map = open(500);
        final AtomicBoolean stop = new AtomicBoolean();
        final Thread writer =
                new Thread(
                        () -> {
                            final Random random = new Random(TestSupport.seed());
                            while (!stop.get()) {
                                final String key = "w" + random.nextInt(5_000);
                                if (random.nextBoolean()) {
                                    map.put(key, 1);
                                } else {
                                    map.remove(key);
                                }
                            }
                        });
        writer.start();
        try {
            for (int i = 0; i < 50; i++) {
                final List<Consumer<Collection<?>>> uses =
                        List.of(
                                view -> view.stream().count(),
                                view -> view.stream().toList(),
                                view -> view.parallelStream().collect(Collectors.toSet()),
                                view -> view.stream().distinct().toArray(),
                                Collection::toArray,
                                ArrayList::new,
                                Collection::hashCode,
                                Collection::toString);
                for (final Consumer<Collection<?>> use : uses) {
                    use.accept(map.keySet());
                    use.accept(map.values());
                    use.accept(map.entrySet());
                }
                assertThat(map.keySet().stream().filter(key -> key.startsWith("k")).distinct())
                        .as("entries that stay are seen")
                        .hasSize(500);
            }
        } finally {
            stop.set(true);
            writer.join();
        }
    }

    @Test
    void operationsOnKeysDecodeNoValues() {
        final ConcurrentMap<String, Integer> map = open(100);
        final Set<String> keys = map.keySet();
        undecodable.set(true);
        assertThat(map.containsKey("k1")).isTrue();
        assertThat(keys.contains("k1")).isTrue();
        assertThat(keys.remove("k1")).isTrue();
        assertThat(keys.remove("k1")).isFalse();
        assertThat(keys.removeAll(List.of("k2", "k3", "none"))).isTrue();
        assertThat(keys.removeAll(Set.of("none"))).isFalse();
        assertThat(keys.removeIf("k4"::equals)).isTrue();
        assertThat(cache.removeAll(List.of("k5", "none"))).isOne();
        assertThat(cache.remove("k6")).isTrue();
        final Iterator<String> iterator = keys.iterator();
        iterator.next();
        iterator.remove();
        assertThatThrownBy(iterator::remove).isInstanceOf(IllegalStateException.class);
        assertThat(keys.stream().count()).isEqualTo(93);
        assertThat(keys.retainAll(Set.of("k98", "k99"))).isTrue();
        assertThat(keys.size()).isBetween(1, 2);
        assertThat(decoded).hasValue(0);
        keys.clear();
        assertThat(map).isEmpty();
        assertThat(decoded).hasValue(0);
    }

    @Test
    void clearingDecodesNothing() {
        for (final Consumer<ConcurrentMap<String, Integer>> clear :
                List.<Consumer<ConcurrentMap<String, Integer>>>of(
                        Map::clear,
                        map -> map.keySet().clear(),
                        map -> map.values().clear(),
                        map -> map.entrySet().clear())) {
            final ConcurrentMap<String, Integer> map = open(100);
            clear.accept(map);
            assertThat(map.size()).isZero();
            assertThat(decoded).hasValue(0);
            cache.close();
        }
        cache = null;
    }

    @Test
    void anIteratorRemovesAnEntryThatCannotBeDecoded() {
        final ConcurrentMap<String, Integer> map = open(3);
        undecodable.set(true);
        final Iterator<Map.Entry<String, Integer>> iterator = map.entrySet().iterator();
        while (iterator.hasNext()) {
            assertThatThrownBy(iterator::next).hasMessage("undecodable");
            iterator.remove();
        }
        assertThat(map.size()).isZero();
    }

    /** An entry whose value changed after the test stays. */
    @Test
    void removeIfRemovesOnlyTheTestedValue() {
        final ConcurrentMap<String, Integer> map = open(1);
        assertThat(map.values().removeIf(value -> map.put("k0", value + 1) != null)).isFalse();
        assertThat(map.get("k0")).isEqualTo(1);
        assertThat(map.entrySet().removeIf(entry -> map.put("k0", 7) != null)).isFalse();
        assertThat(map.get("k0")).isEqualTo(7);
        assertThat(map.values().remove(7)).isTrue();
        assertThat(map).isEmpty();
    }

    @Test
    void viewsRemoveAndRetainElements() {
        final ConcurrentMap<String, Integer> map = open(10);
        assertThat(map.values().remove(3)).isTrue();
        assertThat(map.values().remove(3)).isFalse();
        assertThat(map.values().removeAll(List.of(4, 5, 99))).isTrue();
        assertThat(map.values().retainAll(List.of(0, 1, 2))).isTrue();
        assertThat(map).isEqualTo(Map.of("k0", 0, "k1", 1, "k2", 2));
        assertThat(map.entrySet().remove(Map.entry("k0", 9))).isFalse();
        assertThat(map.entrySet().remove(Map.entry("k0", 0))).isTrue();
        assertThat(map.entrySet().removeAll(List.of(Map.entry("k1", 1), "other"))).isTrue();
        map.entrySet().iterator().next().setValue(22);
        assertThat(map).isEqualTo(new HashMap<>(Map.of("k2", 22)));
        assertThat(map.entrySet().retainAll(Set.of())).isTrue();
        assertThat(map).isEmpty();
    }

    @Test
    void putsOfTheMapCountNoMiss() {
        final ConcurrentMap<String, Integer> map = open(0);
        map.put("a", 1);
        map.put("a", 2);
        map.putIfAbsent("b", 1);
        map.putIfAbsent("b", 2);
        assertThat(cache.engine().statistics().misses()).isZero();
    }
}
