// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.testing.TestSupport;
import java.util.ConcurrentModificationException;
import java.util.stream.Stream;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The removal handler writes into the key of the call that runs it. An entry under the hash of
 * another key than its own could never be found again.
 */
@Timeout(60)
class KeyOverwrittenTest {
    private static final int KEY_LENGTH = 8;
    private static final int SHORT = 16;
    private static final int LONG = 500;

    private final UnsafeBuffer key = new UnsafeBuffer(new byte[KEY_LENGTH]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[LONG]);
    private boolean armed;
    private final OffHeapCache cache =
            OffHeapCache.builder()
                    .memoryBytes(1 << 17)
                    .segments(1)
                    .slabBytes(1 << 12)
                    .maxEntries(2)
                    .removalHandler(
                            (cause, left, old) -> {
                                if (armed) {
                                    key.putLong(0, 99);
                                }
                            })
                    .build();

    @AfterEach
    void auditAndClose() {
        armed = false;
        TestSupport.assertClean(cache);
        cache.close();
    }

    private interface Write {
        void on(OffHeapCache cache, UnsafeBuffer key, UnsafeBuffer value);
    }

    private static Arguments write(String name, boolean ofPresentKey, Write write) {
        return Arguments.of(name, ofPresentKey, write);
    }

    /** Writes of an absent key, which evict, and of a present key, which need a larger chunk. */
    static Stream<Arguments> writes() {
        return Stream.of(
                write("put", false, (c, k, v) -> c.put(k, 0, 8, v, 0, SHORT)),
                write("putIfAbsent", false, (c, k, v) -> c.putIfAbsent(k, 0, 8, v, 0, SHORT)),
                write(
                        "putLeased",
                        false,
                        (c, k, v) -> {
                            final long lease = c.lease(k, 0, 8);
                            c.putLeased(k, 0, 8, v, 0, SHORT, NO_TTL, lease);
                        }),
                write("put", true, (c, k, v) -> c.put(k, 0, 8, v, 0, LONG)),
                write("replace", true, (c, k, v) -> c.replace(k, 0, 8, v, 0, LONG)),
                write(
                        "compareAndSet",
                        true,
                        (c, k, v) ->
                                c.compareAndSet(
                                        k, 0, 8, TestSupport.part(v, 0, SHORT), v, 0, LONG)));
    }

    @ParameterizedTest(name = "{0}, of a present key: {1}")
    @MethodSource("writes")
    void noEntryGetsAnotherKeysHash(String name, boolean ofPresentKey, Write write) {
        cache.put(1, value, 0, SHORT);
        cache.put(2, value, 0, SHORT);
        key.putLong(0, ofPresentKey ? 1 : 3);
        armed = true;
        if (ofPresentKey) {
            // Nothing is evicted: there is room for the larger value.
            try {
                write.on(cache, key, value);
            } catch (final ConcurrentModificationException e) {
                assertThat(e).hasMessageContaining("the key must not change during the call");
            }
        } else {
            assertThatThrownBy(() -> write.on(cache, key, value))
                    .isInstanceOf(ConcurrentModificationException.class)
                    .hasMessageContaining("the key must not change during the call");
            assertThat(cache.contains(3)).isFalse();
        }
        armed = false;
        assertThat(cache.contains(99)).as("a key that nobody put").isFalse();
        TestSupport.assertClean(cache);
        key.putLong(0, 3);
        cache.put(key, 0, KEY_LENGTH, value, 0, SHORT);
        assertThat(cache.contains(3)).isTrue();
    }
}
