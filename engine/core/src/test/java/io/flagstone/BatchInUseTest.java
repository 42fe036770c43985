// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A batch that a call uses can be read, but not changed or used by another call. */
@Timeout(60)
class BatchInUseTest {
    private static final long TTL_NS = 1_000;
    private static final UnsafeBuffer BYTES = new UnsafeBuffer(new byte[256]);

    private final MultiGet gets = new MultiGet(8);
    private final MultiPut puts = new MultiPut(8);
    private final UnsafeBuffer destination = new UnsafeBuffer(new byte[256]);
    private final OffHeapCache other = OffHeapCache.builder().memoryBytes(1 << 20).build();
    private final List<Throwable> refusals = new ArrayList<>();
    private Runnable hook = () -> {};
    private OffHeapCache cache;

    private void open(long memoryBytes) {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(memoryBytes)
                        .segments(1)
                        .clock(
                                () -> {
                                    hook.run();
                                    return 1;
                                })
                        .build();
        for (long key = 0; key < 4; key++) {
            cache.put(key, BYTES, 0, 8, TTL_NS);
            gets.add(key);
            puts.add(key, (int) key * 8, 8);
        }
    }

    @AfterEach
    void auditAndClose() {
        hook = () -> {};
        TestSupport.assertClean(cache);
        TestSupport.assertClean(other);
        cache.close();
        other.close();
    }

    private static Arguments misuse(String name, Consumer<BatchInUseTest> call) {
        return Arguments.of(name, call);
    }

    static Stream<Arguments> misuses() {
        return Stream.of(
                misuse("clear of gets", t -> t.gets.clear()),
                misuse("add to gets", t -> t.gets.add(1)),
                misuse("add of bytes to gets", t -> t.gets.add(BYTES, 0, 9)),
                misuse("get by another cache", t -> t.other.get(t.gets, t.destination, 0)),
                misuse("get by this cache", t -> t.cache.get(t.gets, t.destination, 0)),
                misuse("clear of puts", t -> t.puts.clear()),
                misuse("add to puts", t -> t.puts.add(1, 1 << 30, 1 << 20)),
                misuse("add of bytes to puts", t -> t.puts.add(BYTES, 0, 9, 1 << 30, 8)),
                misuse("put by another cache", t -> t.other.put(t.puts, BYTES)),
                misuse("put with TTL by another cache", t -> t.other.put(t.puts, BYTES, TTL_NS)),
                misuse("put by this cache", t -> t.cache.put(t.puts, BYTES)));
    }

    private void call(boolean isGet) {
        assertThat(isGet ? cache.get(gets, destination, 0) : cache.put(puts, BYTES, TTL_NS))
                .isEqualTo(isGet ? 4 : 0);
    }

    private void tryTo(Consumer<BatchInUseTest> misuse) {
        final Runnable again = hook;
        hook = () -> {};
        try {
            misuse.accept(this);
        } catch (final Throwable thrown) {
            refusals.add(thrown);
        } finally {
            hook = again;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("misuses")
    void misuseInACallbackIsRefused(String name, Consumer<BatchInUseTest> misuse) {
        final boolean isGet = name.contains("get");
        for (final long memoryBytes : new long[] {1 << 18, 24 << 20}) {
            gets.clear();
            puts.clear();
            if (cache != null) {
                cache.close();
            }
            hook = () -> {};
            open(memoryBytes);
            refusals.clear();
            hook = () -> tryTo(misuse);
            call(isGet);
            call(isGet);
            assertThat(refusals)
                    .hasSizeGreaterThan(1)
                    .allSatisfy(
                            thrown ->
                                    assertThat(thrown)
                                            .isInstanceOf(IllegalStateException.class)
                                            .hasMessageContaining("the batch is in use"));
            hook = () -> {};
            assertThat(other.size()).isZero();
            assertThat(gets.size()).isEqualTo(4);
            assertThat(puts.size()).isEqualTo(4);
        }
    }

    @Test
    void aBatchCanBeReadInACallback() {
        open(1 << 18);
        final int[] read = {0};
        hook =
                () -> {
                    for (int i = 0; i < gets.size(); i++) {
                        read[0] += gets.length(i) + gets.offset(i) + gets.capacity();
                    }
                };
        call(true);
        assertThat(read[0]).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBatchIsFreeAfterACallThatThrew(boolean isGet) {
        open(1 << 18);
        for (final Throwable thrown :
                new Throwable[] {new RuntimeException(), new StackOverflowError()}) {
            hook =
                    () -> {
                        throw TestSupport.sneak(thrown);
                    };
            assertThatThrownBy(() -> call(isGet)).isSameAs(thrown);
            hook = () -> {};
            call(isGet);
        }
        assertThatThrownBy(() -> cache.get(gets, destination, -1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cache.put(puts, destination, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cache.put(puts, new UnsafeBuffer(new byte[8])))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> cache.put(puts, null)).isInstanceOf(NullPointerException.class);
        call(isGet);
        gets.clear();
        puts.clear();
    }
}
