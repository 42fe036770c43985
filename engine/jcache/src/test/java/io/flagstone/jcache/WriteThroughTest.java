// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.cache.Cache;
import javax.cache.configuration.MutableCacheEntryListenerConfiguration;
import javax.cache.event.CacheEntryRemovedListener;
import javax.cache.expiry.Duration;
import javax.cache.expiry.ExpiryPolicy;
import javax.cache.integration.CacheWriterException;
import javax.cache.processor.EntryProcessorException;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

/** Tests that cache and store stay equal if a step fails, and values that no slab can hold. */
class WriteThroughTest extends CacheFixture {
    /** The ways to write a value to the key "a", which holds "old". */
    private static Map<String, Consumer<Cache<String, String>>> writes(String value) {
        final Map<String, Consumer<Cache<String, String>>> ways = new HashMap<>();
        ways.put("put", cache -> cache.put("a", value));
        ways.put("getAndPut", cache -> cache.getAndPut("a", value));
        ways.put("putAll", cache -> cache.putAll(Map.of("a", value)));
        ways.put("replace", cache -> cache.replace("a", value));
        ways.put("replace old", cache -> cache.replace("a", "old", value));
        ways.put("getAndReplace", cache -> cache.getAndReplace("a", value));
        ways.put(
                "invoke",
                cache ->
                        cache.invoke(
                                "a",
                                (entry, arguments) -> {
                                    entry.setValue(value);
                                    return null;
                                }));
        return ways;
    }

    @Test
    void aTooLargeValueReachesTheStoreAndRemovesTheOldValue() {
        writes(LARGE)
                .forEach(
                        (way, write) -> {
                            final Store store = new Store();
                            final Cache<String, String> cache = open(over(store));
                            cache.put("a", "old");
                            write.accept(cache);
                            assertThat(store.data).as(way).containsEntry("a", LARGE);
                            assertThat(cache.containsKey("a")).as(way).isFalse();
                            assertThat(cache.get("a")).as(way).isEqualTo(LARGE);
                            cache.close();
                        });
    }

    @Test
    void aTooLargeValueCountsAsPutAndEvicted() {
        final FlagstoneConfiguration<String, String> configuration = configuration();
        configuration.setStatisticsEnabled(true);
        final Cache<String, String> cache = open(configuration);
        int times = 0;
        for (final Consumer<Cache<String, String>> write : writes(LARGE).values()) {
            cache.put("a", "old");
            write.accept(cache);
            assertThat(cache.containsKey("a")).isFalse();
            assertThat(statistic(cache, "CacheEvictions")).isEqualTo((long) ++times);
            assertThat(statistic(cache, "CachePuts")).isEqualTo(2L * times);
        }
        assertThat(cache.putIfAbsent("a", LARGE)).isTrue();
        assertThat(cache.containsKey("a")).isFalse();
        assertThat(logged("the value is too large for a slab: key=a"))
                .as("once a minute")
                .isEqualTo(1);
    }

    /** A codec that rejects one value. */
    private static final class Choosy implements Codec<String> {
        @Override
        public int encode(String value, MutableDirectBuffer buffer, int offset) {
            if (value.equals("unwritable")) {
                throw new IllegalArgumentException("test");
            }
            return Codecs.ofString().encode(value, buffer, offset);
        }

        @Override
        public String decode(DirectBuffer buffer, int offset, int length) {
            return Codecs.ofString().decode(buffer, offset, length);
        }
    }

    @Test
    void aValueThatCannotBeEncodedReachesNeitherStoreNorCache() {
        writes("unwritable")
                .forEach(
                        (way, write) -> {
                            final Store store = new Store();
                            final Cache<String, String> cache =
                                    open(over(store).valueCodec(new Choosy()));
                            cache.put("a", "old");
                            assertThatThrownBy(() -> write.accept(cache))
                                    .as(way)
                                    .hasMessageContaining("test");
                            assertThat(store.data).as(way).containsEntry("a", "old");
                            assertThat(cache.get("a")).as(way).isEqualTo("old");
                            cache.close();
                        });
    }

    @Test
    void aTooLongKeyDoesNotReachTheStore() {
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        final String key = "k".repeat(1 << 16);
        assertThatThrownBy(() -> cache.put(key, "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.putAll(Map.of("a", "1", key, "2")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 1 to 65535 bytes: bytes=65536");
        assertThat(store.data).isEmpty();
    }

    /** A policy that throws an Error for updates. */
    private static final class Failing implements ExpiryPolicy {
        @Override
        public Duration getExpiryForCreation() {
            return Duration.ETERNAL;
        }

        @Override
        public Duration getExpiryForAccess() {
            return null;
        }

        @Override
        public Duration getExpiryForUpdate() {
            throw new AssertionError("test");
        }
    }

    @Test
    void theCacheRemovesTheKeyIfItFailsAfterTheStore() {
        writes("new")
                .forEach(
                        (way, write) -> {
                            final Store store = new Store();
                            final FlagstoneConfiguration<String, String> configuration =
                                    over(store);
                            configuration.setExpiryPolicyFactory(Failing::new);
                            final Cache<String, String> cache = open(configuration);
                            cache.put("a", "old");
                            assertThatThrownBy(() -> write.accept(cache))
                                    .as(way)
                                    .isInstanceOf(AssertionError.class);
                            assertThat(store.data).as(way).containsEntry("a", "new");
                            assertThat(cache.get("a")).as(way).isEqualTo("new");
                            cache.close();
                        });
    }

    @Test
    void theCacheIsUnchangedIfTheStoreFails() {
        for (final Throwable failure : List.of(new IllegalStateException("e"), new Error("e"))) {
            writes("new")
                    .forEach(
                            (way, write) -> {
                                final Store store = new Store();
                                final Cache<String, String> cache = open(over(store));
                                cache.put("a", "old");
                                store.onWrite =
                                        (key, value) -> {
                                            throw io.flagstone.testing.TestSupport.sneak(failure);
                                        };
                                assertThatThrownBy(() -> write.accept(cache))
                                        .as(way)
                                        .isInstanceOf(
                                                failure instanceof Error
                                                        ? Error.class
                                                        : CacheWriterException.class);
                                assertThat(cache.get("a")).as(way).isEqualTo("old");
                                cache.close();
                            });
        }
    }

    @Test
    void aProcessorThatLoadsAndRemovesDeletesFromTheStore() {
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        store.data.put("a", "1");
        store.data.put("b", "2");
        cache.invoke(
                "a",
                (entry, arguments) -> {
                    assertThat(entry.getValue()).isEqualTo("1");
                    entry.remove();
                    return null;
                });
        cache.invoke(
                "b",
                (entry, arguments) -> {
                    entry.getValue();
                    entry.setValue("3");
                    entry.remove();
                    return null;
                });
        assertThat(store.data).isEmpty();
        assertThat(cache.get("a")).isNull();
        assertThat(cache.get("b")).isNull();
    }

    @Test
    void aFailedProcessorChangesNothing() {
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        cache.put("a", "old");
        assertThatThrownBy(
                        () ->
                                cache.invoke(
                                        "a",
                                        (entry, arguments) -> {
                                            entry.setValue("new");
                                            throw new StackOverflowError("test");
                                        }))
                .isInstanceOf(StackOverflowError.class);
        assertThatThrownBy(
                        () ->
                                cache.invoke(
                                        "a",
                                        (entry, arguments) -> {
                                            entry.remove();
                                            throw new IllegalStateException("test");
                                        }))
                .isInstanceOf(EntryProcessorException.class);
        assertThat(store.data).containsEntry("a", "old");
        assertThat(cache.get("a")).isEqualTo("old");
        cache.put("a", "next");
        assertThat(cache.get("a")).as("no lock is left").isEqualTo("next");
    }

    @Test
    void aPartlyFailedPutAllKeepsCacheAndStoreEqual() {
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        cache.putAll(Map.of("a", "1", "b", "1", "c", "1"));
        store.onWrite =
                (key, value) -> {
                    if (key.equals("b")) {
                        throw new IllegalStateException("test");
                    }
                };
        assertThatThrownBy(() -> cache.putAll(Map.of("a", "2", "b", "2", "c", "2")))
                .isInstanceOf(CacheWriterException.class);
        for (final String key : List.of("a", "b", "c")) {
            assertThat(cache.get(key)).isEqualTo(store.data.get(key));
        }
    }

    /** Returns the value that the cache holds, without a load. */
    @SuppressWarnings("unchecked")
    private static String cached(Cache<String, String> cache, String key) {
        return (String) cache.unwrap(io.flagstone.typed.Cache.class).getIfPresent(key);
    }

    /** Makes the second write fail with an Error, before or after it changes the store. */
    private static void failAtTheSecond(Store store, boolean written) {
        final AtomicInteger writes = new AtomicInteger();
        store.onWrite =
                (key, value) -> {
                    if (writes.incrementAndGet() == 2) {
                        if (written && value == null) {
                            store.data.remove(key);
                        } else if (written) {
                            store.data.put(key, value);
                        }
                        throw new StackOverflowError("test");
                    }
                };
    }

    @Test
    void anErrorOfTheWriterLeavesNoOldValue() {
        final Map<String, String> old = Map.of("a", "1", "b", "1", "c", "1");
        final Map<String, Consumer<Cache<String, String>>> ways = new HashMap<>();
        ways.put("putAll", cache -> cache.putAll(Map.of("a", "2", "b", "2", "c", "2")));
        ways.put("removeAll of keys", cache -> cache.removeAll(old.keySet()));
        ways.put("removeAll", cache -> cache.removeAll());
        ways.put(
                "put",
                cache -> {
                    cache.put("a", "2");
                    cache.put("b", "2");
                });
        ways.put(
                "remove",
                cache -> {
                    cache.remove("a");
                    cache.remove("b");
                });
        for (final boolean written : new boolean[] {false, true}) {
            ways.forEach(
                    (way, write) -> {
                        final Store store = new Store();
                        final Cache<String, String> cache = open(over(store));
                        cache.putAll(old);
                        failAtTheSecond(store, written);
                        assertThatThrownBy(() -> write.accept(cache))
                                .as(way)
                                .isInstanceOf(StackOverflowError.class);
                        for (final String key : old.keySet()) {
                            assertThat(cached(cache, key))
                                    .as("%s, written=%s, key=%s", way, written, key)
                                    .isIn(store.data.get(key), null);
                        }
                        cache.close();
                    });
        }
    }

    @Test
    void anErrorOfTheCacheLeavesNoOldValueOfAnyKey() {
        final Store store = new Store();
        final FlagstoneConfiguration<String, String> configuration = over(store);
        configuration.setExpiryPolicyFactory(Failing::new);
        final Cache<String, String> cache = open(configuration);
        cache.putAll(Map.of("a", "1", "b", "1", "c", "1"));
        assertThatThrownBy(() -> cache.putAll(Map.of("a", "2", "b", "2", "c", "2")))
                .isInstanceOf(AssertionError.class);
        for (final String key : List.of("a", "b", "c")) {
            assertThat(store.data).containsEntry(key, "2");
            assertThat(cached(cache, key)).isNull();
        }
    }

    @Test
    void anErrorIsThrownBeforeAnException() {
        final Failures failures = new Failures();
        failures.run(
                () -> {
                    throw new IllegalStateException("first");
                });
        final Error error = new Error("second");
        failures.run(
                () -> {
                    throw error;
                });
        failures.add(new IllegalStateException("third"));
        assertThatThrownBy(failures::throwFirst).isSameAs(error);
        assertThat(error.getSuppressed()).hasSize(2);
    }

    /** While one thread's putAll writes the store, another thread's write of a key waits. */
    @Test
    void noWriteComesBetweenStoreAndCache() throws Exception {
        final int rounds = 200;
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        final CyclicBarrier both = new CyclicBarrier(2);
        final List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 2; t++) {
            final int thread = t;
            tasks.add(
                    () -> {
                        for (int i = 0; i < rounds; i++) {
                            both.await();
                            final String value = thread + " " + i;
                            if (thread == 0) {
                                cache.putAll(Map.of("a", value, "b", value));
                            } else if (i % 2 == 0) {
                                cache.removeAll(Set.of("a", "b"));
                            } else {
                                cache.put("a", value);
                            }
                            both.await();
                            if (thread == 0) {
                                assertThat(cache.getAll(Set.of("a", "b"))).isEqualTo(store.data);
                            }
                        }
                        return null;
                    });
        }
        assertThat(inParallel(tasks)).containsOnlyNulls();
    }

    @Test
    void putAllHoldsTheLocksOfItsKeys() throws Exception {
        final Store store = new Store();
        final Cache<String, String> cache = open(over(store));
        final Thread other = new Thread(() -> cache.put("b", "other"));
        final AtomicInteger writes = new AtomicInteger();
        store.onWrite =
                (key, value) -> {
                    if (writes.incrementAndGet() == 1) {
                        other.start();
                        awaitWaiting(other);
                    }
                };
        cache.putAll(Map.of("b", "first"));
        other.join();
        assertThat(store.data).containsEntry("b", "other");
        assertThat(cache.get("b")).isEqualTo("other");
    }

    /** A codec that counts how often values are decoded. */
    private static final class Counting implements Codec<String> {
        private final AtomicInteger decoded = new AtomicInteger();

        @Override
        public int encode(String value, MutableDirectBuffer buffer, int offset) {
            return Codecs.ofString().encode(value, buffer, offset);
        }

        @Override
        public String decode(DirectBuffer buffer, int offset, int length) {
            decoded.incrementAndGet();
            return Codecs.ofString().decode(buffer, offset, length);
        }
    }

    @Test
    void removeAllReadsNoValue() {
        for (final boolean writing : new boolean[] {false, true}) {
            final Store store = new Store();
            final Counting values = new Counting();
            final FlagstoneConfiguration<String, String> configuration =
                    writing ? over(store) : configuration();
            final Cache<String, String> cache = open(configuration.valueCodec(values));
            for (int i = 0; i < 1_000; i++) {
                cache.put("k" + i, "v");
            }
            final long before = engine(cache).size();
            assertThat(before).isGreaterThan(500);
            cache.removeAll();
            assertThat(engine(cache).size()).isZero();
            assertThat(values.decoded).hasValue(0);
            assertThat(engine(cache).statistics().removals()).isEqualTo(before);
        }
    }

    @Test
    void removeAllNotifiesOfEachRemovedEntry() {
        for (final boolean writing : new boolean[] {false, true}) {
            for (final boolean oldValue : new boolean[] {false, true}) {
                final FlagstoneConfiguration<String, String> configuration =
                        writing ? over(new Store()) : configuration();
                final Map<String, String> removed = new HashMap<>();
                final CacheEntryRemovedListener<String, String> listener =
                        events ->
                                events.forEach(
                                        event -> removed.put(event.getKey(), event.getOldValue()));
                configuration.addCacheEntryListenerConfiguration(
                        new MutableCacheEntryListenerConfiguration<>(
                                () -> listener, null, oldValue, true));
                final Cache<String, String> cache = open(configuration);
                final Map<String, String> expected = new HashMap<>();
                for (int i = 0; i < 100; i++) {
                    cache.put("k" + i, "v" + i);
                    expected.put("k" + i, oldValue ? "v" + i : null);
                }
                cache.removeAll();
                assertThat(removed).isEqualTo(expected);
                assertThat(engine(cache).size()).isZero();
            }
        }
    }

    @Test
    void removeAllReachesWriterAndStatistics() {
        final Store store = new Store();
        final FlagstoneConfiguration<String, String> configuration = over(store);
        configuration.setStatisticsEnabled(true);
        final Cache<String, String> cache = open(configuration);
        for (int i = 0; i < 100; i++) {
            cache.put("k" + i, "v");
        }
        cache.removeAll();
        assertThat(store.data).isEmpty();
        assertThat(statistic(cache, "CacheRemovals")).isEqualTo(100L);
    }
}
