// SPDX-License-Identifier: Apache-2.0
package io.flagstone.chronicle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import io.flagstone.typed.Cache;
import io.flagstone.typed.Codec;
import io.flagstone.typed.Codecs;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.util.SplittableRandom;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesIn;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesOut;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Chronicle bytes can be keys and values, and can view values in place. */
class ChronicleBytesTest {
    private final OffHeapCache engine =
            OffHeapCache.builder().memoryBytes(1 << 20).segments(1).build();

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(engine);
        engine.close();
    }

    private static <K, V> Cache<K, V> open(Codec<K> keys, Codec<V> values) {
        return Cache.builder(OffHeapCache.builder().memoryBytes(1 << 20).segments(1), keys, values)
                .build();
    }

    private static Bytes<?> bytes(boolean direct, String text) {
        final Bytes<?> bytes =
                direct ? Bytes.allocateElasticDirect() : Bytes.allocateElasticOnHeap();
        bytes.append("<<").append(text);
        bytes.readPosition(2);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keysAndValuesAreTheBytesBetweenPositionAndLimit(boolean direct) {
        try (Cache<Bytes<?>, Bytes<?>> cache =
                open(ChronicleCodecs.ofBytes(), ChronicleCodecs.ofBytes())) {
            final SplittableRandom random = new SplittableRandom(TestSupport.seed());
            final Bytes<?> using = Bytes.allocateElasticOnHeap();
            for (int i = 0; i < 200; i++) {
                final String text = "v".repeat(random.nextInt(100)) + i;
                final Bytes<?> key = bytes(direct, "key " + i);
                final Bytes<?> value = bytes(direct, text);
                cache.put(key, value);
                assertThat(key.readPosition()).isEqualTo(2);
                assertThat(value.readPosition()).isEqualTo(2);
                assertThat(cache.get(bytes(!direct, "key " + i)).toString()).isEqualTo(text);
                assertThat(cache.getUsing(key, using)).isSameAs(using);
                assertThat(using.toString()).isEqualTo(text);
                key.releaseLast();
                value.releaseLast();
            }
            assertThat(cache.get(bytes(false, "another"))).isNull();
            TestSupport.assertClean(cache.engine());
        }
    }

    /** An order that writes and reads itself. */
    private static final class Order implements BytesMarshallable {
        long id;
        double price;
        boolean broken;

        @Override
        public void writeMarshallable(BytesOut<?> bytes) {
            bytes.writeLong(id).writeDouble(price);
            if (broken) {
                throw new IllegalStateException("broken");
            }
        }

        @Override
        public void readMarshallable(BytesIn<?> bytes) {
            id = bytes.readLong();
            price = bytes.readDouble();
        }
    }

    private static Order order(long id, double price) {
        final Order order = new Order();
        order.id = id;
        order.price = price;
        return order;
    }

    @Test
    void readingIntoAnObjectAllocatesNothing() {
        try (Cache<Long, Order> cache =
                open(Codecs.ofLong(), ChronicleCodecs.ofMarshallable(Order::new))) {
            cache.put(1L, order(1, 101.25));
            assertThat(cache.get(1L).price).isEqualTo(101.25);
            final Order using = new Order();
            final long allocated =
                    TestSupport.allocated(
                            () -> {
                                for (int i = 0; i < 10_000; i++) {
                                    if (cache.getUsing(1, using).id != 1) {
                                        throw new AssertionError();
                                    }
                                }
                            });
            assertThat(allocated).as("once compiled").isZero();
        }
    }

    @Test
    void anObjectThatThrowsLeavesTheCacheUnchanged() {
        try (Cache<Long, Order> cache =
                open(Codecs.ofLong(), ChronicleCodecs.ofMarshallable(Order::new))) {
            cache.put(1L, order(1, 101.25));
            final Order broken = order(1, 7);
            broken.broken = true;
            assertThatThrownBy(() -> cache.put(1L, broken)).hasMessage("broken");
            assertThat(cache.get(1L).price).isEqualTo(101.25);
            cache.put(2L, order(2, 8));
            assertThat(cache.get(2L).price).isEqualTo(8);
        }
    }

    /** An object that uses a cache while it is written and read. */
    private record Nested(Cache<Long, Order> inner) implements BytesMarshallable {
        @Override
        public void writeMarshallable(BytesOut<?> bytes) {
            bytes.writeLong(1);
            inner.put(1L, order(5, 6));
            bytes.writeLong(inner.get(1L).id);
        }

        @Override
        public void readMarshallable(BytesIn<?> bytes) {
            assertThat(bytes.readLong()).isEqualTo(1);
            assertThat(inner.get(1L).id).isEqualTo(5);
            assertThat(bytes.readLong()).isEqualTo(5);
        }
    }

    @Test
    void anObjectCanUseACacheWhileItIsWrittenAndRead() {
        try (Cache<Long, Order> inner =
                        open(Codecs.ofLong(), ChronicleCodecs.ofMarshallable(Order::new));
                Cache<Long, Nested> outer =
                        open(
                                Codecs.ofLong(),
                                ChronicleCodecs.ofMarshallable(() -> new Nested(inner)))) {
            outer.put(9L, new Nested(inner));
            assertThat(outer.get(9L)).isNotNull();
        }
    }

    @Test
    void aViewReadsAndWritesTheValueInPlace() {
        engine.put(1, new UnsafeBuffer(new byte[24]), 0, 24);
        final BytesView write =
                new BytesView(
                        bytes -> {
                            assertThat(bytes.readPosition()).isZero();
                            assertThat(bytes.readRemaining()).isEqualTo(24);
                            bytes.writeLong(8, 42);
                            bytes.writeDouble(16, 1.5);
                        });
        assertThat(engine.update(1, write)).isTrue();
        final Bytes<?>[] kept = new Bytes<?>[1];
        final BytesView read =
                new BytesView(
                        bytes -> {
                            assertThat(bytes.readLong(8)).isEqualTo(42);
                            assertThat(bytes.readDouble(16)).isEqualTo(1.5);
                            assertThatThrownBy(() -> bytes.readLong(17))
                                    .isInstanceOf(BufferUnderflowException.class);
                            assertThatThrownBy(() -> bytes.writeLong(17, 1))
                                    .isInstanceOf(BufferOverflowException.class);
                            kept[0] = bytes;
                        });
        assertThat(engine.read(1, read)).isTrue();
        assertThat(kept[0].readRemaining()).as("bytes after the call").isZero();
        assertThatThrownBy(() -> kept[0].readLong(8)).isInstanceOf(BufferUnderflowException.class);
        assertThat(engine.read(2, read)).isFalse();
        engine.put(3, new UnsafeBuffer(new byte[0]), 0, 0);
        assertThat(engine.read(3, new BytesView(bytes -> assertThat(bytes.isEmpty()).isTrue())))
                .isTrue();
    }

    @Test
    void anExceptionInAViewLeavesTheValueUnchanged() {
        engine.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
        assertThatThrownBy(
                        () ->
                                engine.update(
                                        1,
                                        new BytesView(
                                                bytes -> {
                                                    bytes.writeLong(0, 7);
                                                    throw new IllegalStateException("no");
                                                })))
                .hasMessage("no");
        assertThat(engine.getLong(1, 0, -1)).isZero();
    }

    @Test
    void aViewAllocatesNothing() {
        engine.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
        final BytesView add = new BytesView(bytes -> bytes.writeLong(0, bytes.readLong(0) + 1));
        final long[] sum = new long[1];
        final long[] rounds = new long[1];
        final BytesView read = new BytesView(bytes -> sum[0] += bytes.readLong(0));
        final long allocated =
                TestSupport.allocated(
                        () -> {
                            rounds[0]++;
                            for (int i = 0; i < 10_000; i++) {
                                engine.update(1, add);
                                engine.read(1, read);
                            }
                        });
        assertThat(engine.getLong(1, 0, -1)).isEqualTo(rounds[0] * 10_000);
        assertThat(allocated).as("once compiled").isZero();
    }
}
