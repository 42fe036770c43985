// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.RemovalCause;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The operations of a typed cache, and its state after a codec throws. */
class CacheTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final TestClock clock = new TestClock(0);
    private Cache<String, String> cache = open();

    private Cache<String, String> open() {
        return builder().build();
    }

    private TypedCacheBuilder<String, String> builder() {
        return Cache.builder(engine(), Codecs.ofString(), Codecs.ofString());
    }

    private CacheBuilder engine() {
        return OffHeapCache.builder().memoryBytes(1 << 20).segments(1).clock(clock);
    }

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache.engine());
        cache.close();
    }

    @Test
    void aValueIsPresentFromPutToRemove() {
        assertThat(cache.get("a")).isNull();
        cache.put("a", "1");
        assertThat(cache.get("a")).isEqualTo("1");
        assertThat(cache.contains("a")).isTrue();
        assertThat(cache.getOrDefault("a", "x")).isEqualTo("1");
        assertThat(cache.getOrDefault("b", "x")).isEqualTo("x");
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.remove("a")).isTrue();
        assertThat(cache.remove("a")).isFalse();
        assertThat(cache.get("a")).isNull();
    }

    @Test
    void conditionalWritesCheckTheOldValue() {
        assertThat(cache.replace("a", "1")).isFalse();
        assertThat(cache.putIfAbsent("a", "1")).isTrue();
        assertThat(cache.putIfAbsent("a", "2")).isFalse();
        assertThat(cache.replace("a", "3")).isTrue();
        assertThat(cache.replace("a", "x", "4")).isFalse();
        assertThat(cache.replace("a", "3", "4")).isTrue();
        assertThat(cache.remove("a", "3")).isFalse();
        assertThat(cache.get("a")).isEqualTo("4");
        assertThat(cache.remove("a", "4")).isTrue();
        assertThat(cache.contains("a")).isFalse();
    }

    @Test
    void bulkOperationsUseSeveralKeys() {
        cache.putAll(Map.of("a", "1", "b", "2"));
        assertThat(cache.getAll(List.of("a", "b", "c"))).isEqualTo(Map.of("a", "1", "b", "2"));
        cache.clear();
        assertThat(cache.getAll(List.of("a", "b"))).isEmpty();
    }

    @Test
    void longValuesGrowTheBuffers() {
        final String value = "x".repeat(7_000);
        cache.put("a", value);
        assertThat(cache.get("a")).isEqualTo(value);
        assertThat(cache.asMap().put("a", "y".repeat(6_000))).isEqualTo(value);
        assertThat(cache.asMap().remove("a")).isEqualTo("y".repeat(6_000));
    }

    @Test
    void eachEntryLivesForItsOwnTime() {
        cache.close();
        cache = builder().ttlNs((key, value) -> value.length() * SECOND).build();
        cache.put("a", "12");
        cache.putIfAbsent("b", "1");
        cache.put("c", "1", 5 * SECOND);
        cache.asMap().put("d", "1");
        cache.asMap().put("d", "1234");
        clock.advance(SECOND);
        assertThat(cache.get("a")).isEqualTo("12");
        assertThat(cache.get("b")).isNull();
        clock.advance(SECOND);
        assertThat(cache.get("a")).isNull();
        assertThat(cache.get("c")).isEqualTo("1");
        assertThat(cache.get("d")).isEqualTo("1234");
        clock.advance(2 * SECOND);
        assertThat(cache.get("d")).isNull();
        assertThatThrownBy(() -> cache.put("a", "1", 0)).hasMessageContaining("positive");
    }

    @Test
    void everyWriteRenewsTheDefaultTimeToLive() {
        cache.close();
        cache =
                Cache.builder(
                                engine().defaultTtlNs(10 * SECOND),
                                Codecs.ofString(),
                                Codecs.ofString())
                        .build();
        final List<Runnable> writes =
                List.of(
                        () -> cache.put("a", "1"),
                        () -> cache.replace("a", "1"),
                        () -> cache.replace("a", "1", "1"),
                        () -> cache.asMap().put("a", "1"),
                        () -> cache.asMap().replace("a", "1"),
                        () -> cache.asMap().replace("a", "1", "1"));
        for (final Runnable write : writes) {
            cache.put("a", "1", 100 * SECOND);
            write.run();
            clock.advance(10 * SECOND - 1);
            assertThat(cache.get("a")).isEqualTo("1");
            clock.advance(1);
            assertThat(cache.get("a")).isNull();
        }
        cache.put("a", "1", 100 * SECOND);
        cache.put("a", "2", OffHeapCache.KEEP_TTL);
        clock.advance(50 * SECOND);
        assertThat(cache.get("a")).isEqualTo("2");
    }

    /** A flyweight: a view of its bytes. */
    private static final class View {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[16]);
        int decoded;
    }

    private static final class ViewCodec implements Codec<View> {
        @Override
        public int encode(View value, MutableDirectBuffer buffer, int offset) {
            buffer.putBytes(offset, value.bytes, 0, value.bytes.capacity());
            return value.bytes.capacity();
        }

        @Override
        public View decode(DirectBuffer buffer, int offset, int length) {
            return decode(buffer, offset, length, new View());
        }

        @Override
        public View decode(DirectBuffer buffer, int offset, int length, View reuse) {
            reuse.bytes.wrap(new byte[length]);
            reuse.bytes.putBytes(0, buffer, offset, length);
            reuse.decoded++;
            return reuse;
        }

        @Override
        public MutableDirectBuffer bufferOf(View reuse) {
            return reuse.bytes;
        }
    }

    private <K> void assertReadIntoBuffer(Codec<K> keys, K key, K absent) {
        try (Cache<K, View> views = Cache.builder(engine(), keys, new ViewCodec()).build()) {
            final View view = new View();
            view.bytes.putLong(8, 42);
            views.put(key, view);
            final View reuse = new View();
            assertThat(views.getUsing(key, reuse)).isSameAs(reuse);
            assertThat(reuse.bytes.getLong(8)).isEqualTo(42);
            assertThat(reuse.decoded).as("decoded").isZero();
            assertThat(views.getUsing(absent, reuse)).isNull();
            assertThat(views.getUsing(key, null).decoded).as("read into a new object").isEqualTo(1);
            final View longer = new View();
            longer.bytes.wrap(new byte[500]);
            longer.bytes.putLong(400, 43);
            views.put(key, longer);
            assertThat(views.getUsing(key, reuse).bytes.getLong(400)).isEqualTo(43);
            assertThat(reuse.decoded).as("decoded, as the buffer is too small").isEqualTo(1);
            if (keys == (Object) Codecs.ofLong()) {
                assertThat(views.getUsing((Long) key, new View()).bytes.capacity()).isEqualTo(500);
                assertThat(views.getUsing((long) (Long) key, reuse)).isSameAs(reuse);
                assertThat(views.getUsing((long) (Long) absent, reuse)).isNull();
                assertThat(reuse.decoded).isEqualTo(1);
                final View small = new View();
                assertThat(views.getUsing((long) (Long) key, small).decoded).isEqualTo(1);
            }
            TestSupport.assertClean(views.engine());
        }
    }

    @Test
    void aValueIsCopiedToTheBufferOfAFlyweight() {
        assertReadIntoBuffer(Codecs.ofLong(), 1L, 2L);
        assertReadIntoBuffer(Codecs.ofString(), "a", "b");
    }

    @Test
    void theRemovalListenerReceivesObjects() {
        final List<String> heard = new ArrayList<>();
        cache.close();
        cache =
                builder()
                        .removalListener((cause, key, value) -> heard.add(cause + key + value))
                        .build();
        cache.put("a", "1");
        cache.put("a", "2");
        cache.remove("a");
        assertThat(heard)
                .containsExactly(RemovalCause.REPLACED + "a1", RemovalCause.REMOVED + "a2");
    }

    @Test
    void anExceptionOfACodecLeavesTheCacheUnchanged() {
        final Codec<String> fussy =
                new Codec<>() {
                    @Override
                    public int encode(String value, MutableDirectBuffer buffer, int offset) {
                        final int length = Codecs.ofString().encode(value, buffer, offset);
                        if (value.startsWith("!")) {
                            throw new IllegalStateException("fussy");
                        }
                        return length;
                    }

                    @Override
                    public String decode(DirectBuffer buffer, int offset, int length) {
                        final String value = Codecs.ofString().decode(buffer, offset, length);
                        if (value.startsWith("?")) {
                            throw new IllegalStateException("fussy");
                        }
                        return value;
                    }
                };
        try (Cache<String, String> other =
                Cache.builder(OffHeapCache.builder().memoryBytes(1 << 18), fussy, fussy).build()) {
            other.put("a", "1");
            assertThatThrownBy(() -> other.put("a", "!")).hasMessage("fussy");
            assertThatThrownBy(() -> other.put("!", "2")).hasMessage("fussy");
            assertThatThrownBy(() -> other.get("!")).hasMessage("fussy");
            assertThat(other.get("a")).isEqualTo("1");
            other.put("b", "?");
            assertThatThrownBy(() -> other.get("b")).hasMessage("fussy");
            assertThat(other.get("a")).isEqualTo("1");
            assertThat(other.size()).isEqualTo(2);
            TestSupport.assertClean(other.engine());
        }
    }

    @Test
    void aCodecMayUseACache() {
        final Codec<String> nested =
                new Codec<>() {
                    @Override
                    public int encode(String value, MutableDirectBuffer buffer, int offset) {
                        cache.put("seen", value);
                        return Codecs.ofString().encode(value, buffer, offset);
                    }

                    @Override
                    public String decode(DirectBuffer buffer, int offset, int length) {
                        final String seen = cache.get("seen");
                        return seen + Codecs.ofString().decode(buffer, offset, length);
                    }
                };
        try (Cache<Long, String> other =
                Cache.builder(OffHeapCache.builder().memoryBytes(1 << 18), Codecs.ofLong(), nested)
                        .build()) {
            other.put(1L, "one");
            other.put(2L, "two");
            assertThat(other.get(1L)).isEqualTo("twoone");
        }
    }

    @Test
    void nullsAndWrongKeyTypesAreRefused() {
        assertThatThrownBy(() -> cache.put(null, "1")).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.put("a", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.get(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.getUsing(1, "")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> builder().refreshAheadNs(5).build())
                .hasMessage("refreshAheadNs needs a loader: refreshAheadNs=5");
        assertThatThrownBy(() -> builder().refreshAheadNs(0))
                .hasMessage("refreshAheadNs must be positive: refreshAheadNs=0");
        assertThat(cache.size()).isZero();
    }

    /** A flyweight without {@code bufferOf}. */
    private static final class Flyweight {
        private final UnsafeBuffer bytes = new UnsafeBuffer(new byte[64]);
    }

    private static final Codec<Flyweight> FLYWEIGHTS =
            new Codec<>() {
                @Override
                public int encode(Flyweight value, MutableDirectBuffer buffer, int offset) {
                    buffer.putBytes(offset, value.bytes, 0, 64);
                    return 64;
                }

                @Override
                public Flyweight decode(DirectBuffer buffer, int offset, int length) {
                    return decode(buffer, offset, length, new Flyweight());
                }

                @Override
                public Flyweight decode(
                        DirectBuffer buffer, int offset, int length, Flyweight reuse) {
                    reuse.bytes.putBytes(0, buffer, offset, length);
                    return reuse;
                }
            };

    @Test
    void aReadIntoAFlyweightAllocatesNothing() {
        try (Cache<Long, Flyweight> orders =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(1 << 20),
                                Codecs.ofLong(),
                                FLYWEIGHTS)
                        .build()) {
            final Flyweight order = new Flyweight();
            for (long id = 0; id < 1_000; id++) {
                order.bytes.putLong(0, id);
                orders.put(id, order);
            }
            assertThat(TestSupport.allocated(() -> readAll(orders, order))).isZero();
        }
    }

    private static void readAll(Cache<Long, Flyweight> orders, Flyweight order) {
        for (long id = 0; id < 1_000; id++) {
            if (orders.getUsing(id, order) != order || order.bytes.getLong(0) != id) {
                throw new AssertionError("order " + id);
            }
        }
    }

    @Test
    void agreesWithAMapUnderRandomUse() {
        final SplittableRandom random = new SplittableRandom(TestSupport.seed());
        final Map<String, String> model = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            final String key = "k" + random.nextInt(300);
            final String value = "v".repeat(random.nextInt(40)) + random.nextInt(4);
            final String other = "v".repeat(random.nextInt(3)) + random.nextInt(4);
            final String what = "seed " + TestSupport.seed() + ", operation " + i;
            switch (random.nextInt(9)) {
                case 0 ->
                        assertThat(cache.asMap().put(key, value))
                                .as(what)
                                .isEqualTo(model.put(key, value));
                case 1 ->
                        assertThat(cache.asMap().remove(key)).as(what).isEqualTo(model.remove(key));
                case 2 ->
                        assertThat(cache.asMap().putIfAbsent(key, value))
                                .as(what)
                                .isEqualTo(model.putIfAbsent(key, value));
                case 3 ->
                        assertThat(cache.asMap().replace(key, value))
                                .as(what)
                                .isEqualTo(model.replace(key, value));
                case 4 ->
                        assertThat(cache.replace(key, other, value))
                                .as(what)
                                .isEqualTo(model.replace(key, other, value));
                case 5 ->
                        assertThat(cache.remove(key, other))
                                .as(what)
                                .isEqualTo(model.remove(key, other));
                case 6 ->
                        assertThat(cache.asMap().merge(key, "1", String::concat))
                                .as(what)
                                .isEqualTo(model.merge(key, "1", String::concat));
                case 7 ->
                        assertThat(cache.computeIfAbsent(key, k -> value))
                                .as(what)
                                .isEqualTo(model.computeIfAbsent(key, k -> value));
                default -> assertThat(cache.get(key)).as(what).isEqualTo(model.get(key));
            }
        }
        assertThat(cache.asMap()).isEqualTo(model);
    }

    @Test
    void durationsAreConvertedToNanoseconds() {
        final CacheBuilder engine = OffHeapCache.builder().memoryBytes(1 << 16);
        final TypedCacheBuilder<Long, Long> typed =
                Cache.builder(engine, Codecs.ofLong(), Codecs.ofLong());
        try (Cache<Long, Long> cache =
                typed.defaultTtl(Duration.ofSeconds(10).plusNanos(7)).build()) {
            assertThat(cache.engine().configuration().setting("defaultTtlNs").value())
                    .isEqualTo("10000000007");
        }
        final TypedCacheBuilder<Long, Long> idle =
                Cache.builder(engine, Codecs.ofLong(), Codecs.ofLong());
        try (Cache<Long, Long> cache = idle.expireAfterAccess(Duration.ofDays(1)).build()) {
            assertThat(cache.engine().configuration().setting("expireAfterAccessNs").value())
                    .isEqualTo("86400000000000");
        }
        try (Cache<Long, Long> cache = idle.expireAfterAccess(Duration.ofDays(200_000)).build()) {
            assertThat(cache.engine().configuration().setting("expireAfterAccessNs").value())
                    .as("a duration above Long.MAX_VALUE ns means for ever")
                    .isEqualTo("none");
        }
        assertThatThrownBy(() -> typed.defaultTtl(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("defaultTtl must be positive: defaultTtl=PT0S");
        assertThatThrownBy(() -> typed.expireAfterAccess(Duration.ofSeconds(Long.MIN_VALUE)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> typed.defaultTtl(null)).isInstanceOf(NullPointerException.class);
    }
}
