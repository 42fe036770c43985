// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.typed.Codecs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.cache.Cache;
import javax.cache.integration.CacheLoader;
import javax.cache.integration.CacheLoaderException;
import javax.cache.integration.CompletionListenerFuture;
import javax.cache.processor.EntryProcessorException;
import org.junit.jupiter.api.Test;

/** Tests loads: their locks, writes during a load, and what loads return. */
class ReadThroughTest extends CacheFixture {
    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (final Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void loadsOfDifferentKeysDoNotWaitForEachOther() throws Exception {
        final int threads = 256;
        final CyclicBarrier all = new CyclicBarrier(threads);
        final Cache<String, String> cache =
                loading(
                        key -> {
                            await(all);
                            return "value of " + key;
                        });
        final List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            final String key = "k" + i;
            tasks.add(
                    () -> {
                        assertThat(cache.get(key)).isEqualTo("value of " + key);
                        return null;
                    });
        }
        assertThat(inParallel(tasks)).containsOnlyNulls();
        assertThat(engine(cache).size()).isEqualTo(threads);
    }

    /** Each of two loads reads many keys of its own, so the loads cannot deadlock. */
    @Test
    void aLoaderMayReadOtherKeys() throws Exception {
        final CyclicBarrier both = new CyclicBarrier(2);
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        cache.set(
                loading(
                        key -> {
                            if (key.startsWith("part")) {
                                return key;
                            }
                            await(both);
                            final StringBuilder whole = new StringBuilder();
                            for (int i = 0; i < 500; i++) {
                                whole.append(cache.get().get("part " + key + i).length());
                            }
                            return whole.toString();
                        }));
        assertThat(inParallel(() -> cache.get().get("a"), () -> cache.get().get("b")))
                .containsOnlyNulls();
    }

    @Test
    void aLoaderThatReadsItsOwnKeyFails() {
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        cache.set(loading(key -> cache.get().get(key)));
        assertThatThrownBy(() -> cache.get().get("a"))
                .isInstanceOf(CacheLoaderException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> cache.get().invoke("a", (entry, arguments) -> entry.getValue()))
                .isInstanceOf(EntryProcessorException.class)
                .hasRootCauseInstanceOf(IllegalStateException.class);
        cache.get().put("a", "there");
        assertThat(cache.get().get("a")).isEqualTo("there");
    }

    @Test
    void aDeadlockOfLoadsEnds() throws Exception {
        final CyclicBarrier both = new CyclicBarrier(2);
        final AtomicInteger loads = new AtomicInteger();
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        cache.set(
                loading(
                        key -> {
                            if (loads.incrementAndGet() <= 2) {
                                await(both);
                            }
                            return cache.get().get("a".equals(key) ? "b" : "a");
                        }));
        // One load is rejected as a deadlock. The other then loads both keys and requests its own
        // key.
        assertThat(inParallel(() -> cache.get().get("a"), () -> cache.get().get("b")))
                .allSatisfy(
                        thrown ->
                                assertThat(thrown)
                                        .isInstanceOf(CacheLoaderException.class)
                                        .hasRootCauseInstanceOf(IllegalStateException.class));
        assertThat(loads).hasValue(3);
    }

    @Test
    void aDeadlockOfProcessorsEnds() throws Exception {
        final CyclicBarrier both = new CyclicBarrier(2);
        final Cache<String, String> cache = open(configuration());
        final Function<List<String>, Callable<Void>> invoke =
                keys ->
                        () ->
                                cache.invoke(
                                        keys.get(0),
                                        (entry, arguments) -> {
                                            await(both);
                                            entry.setValue("done");
                                            cache.put(keys.get(1), "by the other");
                                            return null;
                                        });
        final List<Throwable> thrown =
                inParallel(invoke.apply(List.of("a", "b")), invoke.apply(List.of("b", "a")));
        assertThat(thrown).filteredOn(Objects::nonNull).hasSize(1);
        assertThat(thrown)
                .filteredOn(Objects::nonNull)
                .allSatisfy(
                        one ->
                                assertThat(one)
                                        .isInstanceOf(EntryProcessorException.class)
                                        .hasRootCauseInstanceOf(IllegalStateException.class));
    }

    @Test
    void anErrorOfALoaderReachesTheCallerAndTheNextLoadWorks() {
        final AtomicInteger loads = new AtomicInteger();
        final Cache<String, String> cache =
                loading(
                        key -> {
                            if (loads.incrementAndGet() == 1) {
                                throw new AssertionError("once");
                            }
                            return "loaded";
                        });
        assertThatThrownBy(() -> cache.get("a"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("once");
        assertThat(cache.get("a")).isEqualTo("loaded");
    }

    /**
     * The ways to write, remove or clear. The name of each starts with the value that it leaves.
     */
    private static Map<String, BiConsumer<Cache<String, String>, String>> writes() {
        final Map<String, BiConsumer<Cache<String, String>, String>> ways = new LinkedHashMap<>();
        ways.put("new: put", (cache, key) -> cache.put(key, "new"));
        ways.put("new: putAll", (cache, key) -> cache.putAll(Map.of(key, "new")));
        ways.put("new: getAndPut", (cache, key) -> cache.getAndPut(key, "new"));
        ways.put(
                "new: processor",
                (cache, key) ->
                        cache.invoke(
                                key,
                                (entry, arguments) -> {
                                    entry.setValue("new");
                                    return null;
                                }));
        ways.put("new: typed put", (cache, key) -> typed(cache).put(key, "new"));
        ways.put("none: put and remove", (cache, key) -> putAndRemove(cache, key));
        ways.put("none: remove", (cache, key) -> cache.remove(key));
        ways.put("none: getAndRemove", (cache, key) -> cache.getAndRemove(key));
        ways.put("none: removeAll of keys", (cache, key) -> cache.removeAll(Set.of(key)));
        ways.put("none: removeAll", (cache, key) -> cache.removeAll());
        ways.put("none: clear", (cache, key) -> cache.clear());
        ways.put("none: processor", (cache, key) -> cache.invoke(key, ReadThroughTest::remove));
        ways.put("none: typed remove", (cache, key) -> typed(cache).remove(key));
        ways.put("none: typed clear", (cache, key) -> typed(cache).clear());
        ways.put("none: engine clear", (cache, key) -> engine(cache).clear());
        ways.put(
                "none: engine remove",
                (cache, key) -> {
                    final byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
                    engine(cache)
                            .remove(new org.agrona.concurrent.UnsafeBuffer(bytes), 0, bytes.length);
                });
        return ways;
    }

    @SuppressWarnings("unchecked")
    private static io.flagstone.typed.Cache<String, String> typed(Cache<String, String> cache) {
        return cache.unwrap(io.flagstone.typed.Cache.class);
    }

    private static void putAndRemove(Cache<String, String> cache, String key) {
        cache.put(key, "short");
        cache.remove(key);
    }

    private static Void remove(
            javax.cache.processor.MutableEntry<String, String> entry, Object... arguments) {
        entry.remove();
        return null;
    }

    private static void loadAll(Cache<String, String> cache, Set<String> keys, boolean replace) {
        final CompletionListenerFuture done = new CompletionListenerFuture();
        cache.loadAll(keys, replace, done);
        try {
            done.get();
        } catch (final InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The ways to load. Each returns what its caller gets, or null if it gets nothing. */
    private static Map<String, Function<Cache<String, String>, String>> loads() {
        return Map.of(
                "get", cache -> cache.get("k"),
                "getAll", cache -> cache.getAll(Set.of("k", "l")).get("k"),
                "processor", cache -> cache.invoke("k", (entry, arguments) -> entry.getValue()),
                "loadAll",
                        cache -> {
                            loadAll(cache, Set.of("k", "l"), false);
                            return null;
                        },
                "loadAll replacing",
                        cache -> {
                            loadAll(cache, Set.of("k", "l"), true);
                            return null;
                        });
    }

    /** A loaded value is not stored if the key is written during the load, in any way. */
    @Test
    void aWriteOutdatesRunningLoads() {
        loads().forEach(
                        (load, run) ->
                                writes().forEach(
                                                (write, how) -> {
                                                    outdated(load, run, write, how);
                                                }));
    }

    private void outdated(
            String load,
            Function<Cache<String, String>, String> run,
            String write,
            BiConsumer<Cache<String, String>, String> how) {
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        final FlagstoneConfiguration<String, String> configuration =
                readThrough(
                        key -> {
                            if (key.equals("k")) {
                                how.accept(cache.get(), key);
                            }
                            return "stale";
                        });
        configuration.executor(Runnable::run);
        cache.set(open(configuration));
        if (load.equals("loadAll replacing")) {
            cache.get().put("k", "old");
        }
        final String returned = run.apply(cache.get());
        final String description = load + ", " + write;
        if (returned != null) {
            assertThat(returned).as(description).isEqualTo("stale");
        }
        assertThat(typed(cache.get()).getIfPresent("k"))
                .as(description)
                .isEqualTo(write.startsWith("new") ? "new" : null);
        cache.get().close();
    }

    /** Without a write during the load, each way of loading stores the value. */
    @Test
    void aLoadWithoutAWriteIsStored() {
        loads().forEach(
                        (load, run) -> {
                            final FlagstoneConfiguration<String, String> configuration =
                                    readThrough(key -> "loaded");
                            configuration.executor(Runnable::run);
                            final Cache<String, String> cache = open(configuration);
                            if (load.equals("loadAll replacing")) {
                                cache.put("k", "old");
                            }
                            run.apply(cache);
                            assertThat(typed(cache).getIfPresent("k")).as(load).isEqualTo("loaded");
                            cache.close();
                        });
    }

    @Test
    void replacingLoadAllKeepsKeysThatTheSourceLacks() {
        final FlagstoneConfiguration<String, String> configuration = readThrough(key -> null);
        configuration.executor(Runnable::run);
        final Cache<String, String> cache = open(configuration);
        cache.put("a", "1");
        loadAll(cache, Set.of("a", "b"), true);
        assertThat(cache.containsKey("a")).isTrue();
        assertThat(cache.containsKey("b")).isFalse();
    }

    @Test
    void aTooLargeValueIsReturnedAndNotStored() {
        final AtomicInteger loads = new AtomicInteger();
        final FlagstoneConfiguration<String, String> configuration =
                readThrough(
                        key -> {
                            loads.incrementAndGet();
                            return LARGE;
                        });
        configuration.setStatisticsEnabled(true);
        configuration.executor(Runnable::run);
        final Cache<String, String> cache = open(configuration);
        assertThat(cache.get("a")).isEqualTo(LARGE);
        assertThat(cache.getAll(Set.of("a", "b")))
                .containsOnly(Map.entry("a", LARGE), Map.entry("b", LARGE));
        final String processed = cache.invoke("a", (entry, arguments) -> entry.getValue());
        assertThat(processed).isEqualTo(LARGE);
        loadAll(cache, Set.of("a"), true);
        assertThat(cache.containsKey("a")).isFalse();
        assertThat(loads).hasValue(5);
        assertThat(statistic(cache, "CacheEvictions")).isEqualTo(5L);
        assertThat(logged("the value is too large for a slab")).as("once a minute").isEqualTo(1);
    }

    @Test
    void replacingLoadAllOfATooLargeValueRemovesTheOldValue() {
        final FlagstoneConfiguration<String, String> configuration = readThrough(key -> LARGE);
        configuration.executor(Runnable::run);
        final Cache<String, String> cache = open(configuration);
        cache.put("a", "old");
        loadAll(cache, Set.of("a"), true);
        assertThat(typed(cache).getIfPresent("a")).isNull();
    }

    /** A loader that returns keys that were not requested, and nulls. */
    private static CacheLoader<String, String> careless() {
        return new CacheLoader<>() {
            @Override
            public String load(String key) {
                return null;
            }

            @Override
            public Map<String, String> loadAll(Iterable<? extends String> keys) {
                final Map<String, String> loaded = new HashMap<>();
                loaded.put("unrequested", "1");
                loaded.put(null, "2");
                loaded.put("null", null);
                loaded.put("requested", "3");
                return loaded;
            }
        };
    }

    @Test
    void getAllReturnsAndStoresRequestedKeysOnly() {
        final FlagstoneConfiguration<String, String> configuration = readThrough(key -> null);
        configuration.setCacheLoaderFactory(ReadThroughTest::careless);
        configuration.executor(Runnable::run);
        final Cache<String, String> cache = open(configuration);
        assertThat(cache.getAll(Set.of("requested", "null", "missing")))
                .containsExactly(Map.entry("requested", "3"));
        loadAll(cache, Set.of("null", "x"), true);
        assertThat(engine(cache).size()).as("unrequested keys are not stored").isEqualTo(1);
    }

    @Test
    @SuppressWarnings({"unchecked", "rawtypes"})
    void loadedKeysOfAnotherTypeAreIgnored() {
        final FlagstoneConfiguration<String, String> configuration = readThrough(key -> null);
        configuration.setCacheLoaderFactory(
                () ->
                        new CacheLoader<>() {
                            @Override
                            public String load(String key) {
                                return null;
                            }

                            @Override
                            public Map<String, String> loadAll(Iterable<? extends String> keys) {
                                return (Map) Map.of(1, "one", "a", "letter");
                            }
                        });
        assertThat(open(configuration).getAll(Set.of("a", "b")))
                .containsExactly(Map.entry("a", "letter"));
    }

    /** Returns a loader of values that are the key's first byte and a suffix. */
    private static CacheLoader<byte[], String> firstBytes(String suffix) {
        return new CacheLoader<>() {
            @Override
            public String load(byte[] key) {
                return null;
            }

            @Override
            public Map<byte[], String> loadAll(Iterable<? extends byte[]> keys) {
                final Map<byte[], String> loaded = new HashMap<>();
                for (final byte[] key : keys) {
                    loaded.put(key.clone(), key[0] + suffix);
                }
                return loaded;
            }
        };
    }

    /** The cache can store the values of one loader, but not those of the other. */
    @Test
    void getAllComparesByteArrayKeysByContent() {
        for (final String suffix : List.of("", LARGE)) {
            final FlagstoneConfiguration<byte[], String> configuration =
                    new FlagstoneConfiguration<byte[], String>()
                            .engine(() -> OffHeapCache.builder().memoryBytes(1 << 19).segments(1))
                            .keyCodec(Codecs.ofBytes());
            configuration.setTypes(byte[].class, String.class);
            configuration.setReadThrough(true);
            configuration.setCacheLoaderFactory(() -> firstBytes(suffix));
            final byte[] first = {1};
            final byte[] equal = {1};
            final byte[] second = {2};
            final Cache<byte[], String> cache = open(configuration);
            final Map<byte[], String> found =
                    cache.getAll(new HashSet<>(Arrays.asList(first, equal, second)));
            assertThat(cache.containsKey(first)).isEqualTo(suffix.isEmpty());
            assertThat(found).hasSize(3);
            assertThat(found.get(first)).isEqualTo(1 + suffix);
            assertThat(found.get(equal)).isEqualTo(1 + suffix);
            assertThat(found.get(second)).isEqualTo(2 + suffix);
        }
    }

    @Test
    void getAllReturnsValuesThatOthersStoredMeanwhile() {
        final AtomicReference<Cache<String, String>> cache = new AtomicReference<>();
        cache.set(
                loading(
                        key -> {
                            if (key.equals("a")) {
                                typed(cache.get()).put("b", "by another");
                            }
                            return key.equals("a") ? "loaded" : null;
                        }));
        assertThat(cache.get().getAll(Set.of("a", "b")))
                .containsOnly(Map.entry("a", "loaded"), Map.entry("b", "by another"));
    }

    @Test
    void aLoaderThatReturnsNullFails() {
        final FlagstoneConfiguration<String, String> configuration = readThrough(key -> null);
        configuration.setCacheLoaderFactory(
                () ->
                        new CacheLoader<>() {
                            @Override
                            public String load(String key) {
                                return null;
                            }

                            @Override
                            public Map<String, String> loadAll(Iterable<? extends String> keys) {
                                return null;
                            }
                        });
        final Cache<String, String> cache = open(configuration);
        assertThatThrownBy(() -> cache.getAll(Set.of("a")))
                .isInstanceOf(CacheLoaderException.class);
    }

    @Test
    void aGetThatMissesCountsOneMiss() {
        final Map<String, String> data = new HashMap<>(Map.of("a", "1"));
        final Cache<String, String> cache = loading(data::get);
        final OffHeapCache engine = engine(cache);
        cache.get("a");
        assertThat(engine.statistics().misses()).as("loaded").isEqualTo(1);
        cache.get("b");
        assertThat(engine.statistics().misses()).as("there is none").isEqualTo(2);
        cache.getAll(Set.of("b", "c"));
        assertThat(engine.statistics().misses()).as("getAll").isEqualTo(4);
        cache.invoke("c", (entry, arguments) -> entry.getValue());
        assertThat(engine.statistics().misses()).as("a processor").isEqualTo(5);
        cache.put("d", "1");
        cache.putIfAbsent("e", "1");
        cache.remove("f");
        assertThat(engine.statistics().misses()).as("writes").isEqualTo(5);
        assertThat(engine.statistics().hits()).isZero();
        cache.get("a");
        assertThat(engine.statistics().hits()).isEqualTo(1);
    }

    /** Calls loadAll, and returns the exception that its listener got, or null. */
    private static Throwable outcome(Cache<String, String> cache, String key)
            throws InterruptedException {
        final CompletionListenerFuture done = new CompletionListenerFuture();
        cache.loadAll(Set.of(key), false, done);
        try {
            done.get();
            return null;
        } catch (final ExecutionException e) {
            return e.getCause();
        }
    }

    @Test
    void loadAllRunsInTheConfiguredExecutor() throws Exception {
        final List<Thread> threads = new ArrayList<>();
        final Consumer<Executor> load =
                executor -> {
                    final FlagstoneConfiguration<String, String> configuration =
                            readThrough(
                                    key -> {
                                        threads.add(Thread.currentThread());
                                        return key;
                                    });
                    configuration.executor(executor);
                    loadAll(open(configuration), Set.of("a"), false);
                };
        load.accept(Runnable::run);
        assertThat(threads).containsExactly(Thread.currentThread());
        final Thread[] own = new Thread[1];
        load.accept(
                task -> {
                    own[0] = new Thread(task);
                    own[0].start();
                });
        assertThat(threads.get(1)).isSameAs(own[0]);
    }

    @Test
    void loadAllReportsEveryFailureToItsListener() throws Exception {
        final FlagstoneConfiguration<String, String> failing =
                readThrough(
                        key -> {
                            throw new AssertionError("an error of the loader");
                        });
        assertThat(outcome(open(failing), "a"))
                .isInstanceOf(CacheLoaderException.class)
                .hasRootCauseMessage("an error of the loader");
        for (final Throwable refusal :
                List.of(new RejectedExecutionException("no"), new OutOfMemoryError("no"))) {
            final FlagstoneConfiguration<String, String> refused = readThrough(key -> key);
            refused.executor(
                    task -> {
                        throw io.flagstone.testing.TestSupport.sneak(refusal);
                    });
            assertThat(outcome(open(refused), "a"))
                    .isInstanceOf(CacheLoaderException.class)
                    .hasRootCause(refusal);
        }
        final FlagstoneConfiguration<String, String> late = readThrough(key -> key);
        final List<Runnable> tasks = new ArrayList<>();
        late.executor(tasks::add);
        final Cache<String, String> closed = open(late);
        final CompletionListenerFuture done = new CompletionListenerFuture();
        closed.loadAll(Set.of("a"), false, done);
        closed.close();
        tasks.get(0).run();
        assertThatThrownBy(done::get).hasCauseInstanceOf(CacheLoaderException.class);
    }

    @Test
    void theDefaultExecutorStartsThreadsIfThePoolIsTooSmall() throws Exception {
        final AtomicReference<Thread> ran = new AtomicReference<>();
        final CyclicBarrier both = new CyclicBarrier(2);
        Background.of(1)
                .execute(
                        () -> {
                            ran.set(Thread.currentThread());
                            await(both);
                        });
        await(both);
        assertThat(ran.get()).isNotSameAs(Thread.currentThread());
        assertThat(ran.get().isDaemon()).isTrue();
    }
}
