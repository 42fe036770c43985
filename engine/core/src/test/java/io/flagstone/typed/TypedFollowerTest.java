// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.flagstone.OffHeapCache;
import io.flagstone.api.ReadOnlyCacheException;
import io.flagstone.api.ValueReader;
import io.flagstone.api.ValueUpdater;
import io.flagstone.feed.Change;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A typed cache whose engine follows another: reads work, and writes and loads are refused. */
class TypedFollowerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** The operations that leave the entries as they are. A new one must be added here, or fail. */
    private static final Set<String> READS =
            Set.of(
                    "asMap",
                    "contains",
                    "endLease",
                    "engine",
                    "getAllPresent",
                    "getIfPresent",
                    "getOrDefault",
                    "getUsing",
                    "isLeaseCurrent",
                    "loadStatistics",
                    "read",
                    "remainingTtlNs",
                    "size");

    /** Operations that read a present key, and load an absent one. */
    private static final Set<String> LOADS =
            Set.of("get", "getAll", "getAllAsync", "getAsync", "computeIfAbsent");

    private final TestClock clock = new TestClock(1);
    private final AtomicInteger loads = new AtomicInteger();
    private final Cache<Long, String> cache =
            Cache.builder(
                            OffHeapCache.builder()
                                    .memoryBytes(1 << 20)
                                    .clock(clock)
                                    .epochClock(clock::nanoTime)
                                    .follower(true),
                            Codecs.ofLong(),
                            Codecs.ofString())
                    .defaultTtl(Duration.ofSeconds(10))
                    .refreshAhead(Duration.ofSeconds(5))
                    .executor(Runnable::run)
                    .loader(
                            key -> {
                                loads.incrementAndGet();
                                return "loaded";
                            })
                    .build();

    @AfterEach
    void auditAndClose() {
        if (!cache.engine().isClosed()) {
            TestSupport.assertClean(cache.engine());
            cache.close();
        }
    }

    private void apply(long key, String value, long deadlineNs) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        buffer.putLong(0, key);
        final int length = Codecs.ofString().encode(value, buffer, 8);
        cache.engine().changeApplier().put(buffer, 0, 8, 8, length, deadlineNs, false);
    }

    private static Object argument(Class<?> type, int number, long key) {
        if (type == Object.class) {
            return number == 0 ? (Object) key : "x";
        }
        return Map.of(
                        long.class,
                        number == 0 ? key : SECOND,
                        Duration.class,
                        Duration.ofSeconds(1),
                        ValueReader.class,
                        (ValueReader) view -> {},
                        ValueUpdater.class,
                        (ValueUpdater) view -> {},
                        Iterable.class,
                        List.of(key),
                        Map.class,
                        Map.of(key, "x"),
                        Function.class,
                        (Function<Object, String>) any -> "made")
                .get(type);
    }

    private Object call(Method method, long key) {
        final Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = argument(method.getParameterTypes()[i], i, key);
            assertThat(arguments[i]).as(method.toString()).isNotNull();
        }
        try {
            final Object result = method.invoke(cache, arguments);
            return result instanceof CompletableFuture<?> future ? future.join() : result;
        } catch (final InvocationTargetException e) {
            throw TestSupport.sneak(e.getCause());
        } catch (final IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }

    /** A load that is refused reports that as its cause. */
    private static Throwable rootOf(Throwable thrown) {
        return thrown == null || thrown.getCause() == null ? thrown : rootOf(thrown.getCause());
    }

    @Test
    void everyWriteAndEveryLoadIsRefused() {
        apply(1, "x", Change.NO_DEADLINE);
        final long digest = cache.engine().digest();
        final Set<String> refused = new TreeSet<>();
        for (final Method method : Cache.class.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())
                    || method.getDeclaringClass() == Object.class
                    || method.getName().equals("close")) {
                continue;
            }
            final boolean reads = READS.contains(method.getName());
            for (final long key : new long[] {1, 9}) {
                final Throwable thrown = catchThrowable(() -> call(method, key));
                if (reads || key == 1 && LOADS.contains(method.getName())) {
                    assertThat(thrown).as("%s of key %d", method, key).isNull();
                } else {
                    assertThat(rootOf(thrown))
                            .as("%s of key %d", method, key)
                            .isInstanceOf(ReadOnlyCacheException.class);
                    refused.add(method.getName());
                }
            }
            assertThat(cache.engine().digest()).as(method.toString()).isEqualTo(digest);
        }
        assertThat(refused).contains("put", "putAll", "removeAll", "clear", "refresh", "lease");
        assertThat(loads).as("no loader was called").hasValue(0);
    }

    @Test
    void theMapRefusesWrites() {
        apply(1, "x", Change.NO_DEADLINE);
        final Map<Long, String> map = cache.asMap();
        assertThat(map).containsExactlyEntriesOf(Map.of(1L, "x"));
        for (final Runnable write :
                List.<Runnable>of(
                        () -> map.put(1L, "y"),
                        () -> map.remove(1L),
                        map::clear,
                        () -> map.merge(1L, "y", String::concat),
                        () -> map.compute(1L, (key, value) -> null),
                        () -> map.keySet().remove(1L),
                        () -> map.values().remove("x"),
                        () -> map.replaceAll((key, value) -> "y"),
                        () -> map.entrySet().iterator().next().setValue("y"))) {
            assertThatExceptionOfType(ReadOnlyCacheException.class).isThrownBy(write::run);
        }
        assertThat(map).containsExactlyEntriesOf(Map.of(1L, "x"));
    }

    @Test
    void hitsDoNotRefreshUntilThePromotion() {
        apply(1, "old", 10 * SECOND);
        clock.set(9 * SECOND);
        assertThat(cache.get(1L)).isEqualTo("old");
        assertThat(loads).hasValue(0);
        cache.engine().changeApplier().promote();
        assertThat(cache.get(1L)).isEqualTo("old");
        assertThat(loads).as("the hit refreshed it").hasValue(1);
        assertThat(cache.get(1L)).isEqualTo("loaded");
        assertThat(cache.get(2L)).isEqualTo("loaded");
    }
}
