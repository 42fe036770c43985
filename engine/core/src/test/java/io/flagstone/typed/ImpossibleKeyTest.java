// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key that no entry can have is missing to every operation, except those that would add it. */
class ImpossibleKeyTest {
    /** A codec that writes the empty string as no bytes. */
    private static final Codec<String> ASCII =
            new Codec<>() {
                @Override
                public int encode(String value, MutableDirectBuffer buffer, int offset) {
                    return buffer.putStringWithoutLengthAscii(offset, value);
                }

                @Override
                public String decode(DirectBuffer buffer, int offset, int length) {
                    final byte[] bytes = new byte[length];
                    buffer.getBytes(offset, bytes);
                    return new String(bytes, StandardCharsets.US_ASCII);
                }
            };

    private final Cache<String, String> cache =
            Cache.builder(
                            OffHeapCache.builder()
                                    .memoryBytes(2 << 20)
                                    .segments(1)
                                    .slabBytes(1 << 17),
                            ASCII,
                            Codecs.ofString())
                    .build();

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache.engine());
        cache.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65_536, 200_000})
    void anImpossibleKeyIsMissing(int length) {
        final String key = "x".repeat(length);
        cache.put("y", "1");
        final List<Predicate<String>> absent =
                List.of(
                        k -> cache.get(k) == null,
                        k -> cache.getIfPresent(k) == null,
                        k -> cache.getUsing(k, "reuse") == null,
                        k -> cache.getOrDefault(k, "d").equals("d"),
                        k -> cache.getAll(List.of(k, "y")).equals(Map.of("y", "1")),
                        k -> !cache.contains(k),
                        k -> !cache.remove(k),
                        k -> !cache.remove(k, "1"),
                        k -> !cache.replace(k, "1"),
                        k -> !cache.replace(k, "1", "2"),
                        k -> !cache.replaceWithTtl(k, "1", 5),
                        k -> !cache.read(k, value -> {}),
                        k -> !cache.update(k, value -> {}),
                        k -> !cache.setTtl(k, 5),
                        k -> cache.remainingTtlNs(k) == OffHeapCache.NOT_FOUND,
                        k -> cache.asMap().get(k) == null,
                        k -> !cache.asMap().containsKey(k),
                        k -> cache.asMap().remove(k) == null,
                        k -> !cache.asMap().remove(k, "1"),
                        k -> cache.asMap().replace(k, "1") == null,
                        k -> !cache.asMap().replace(k, "1", "2"),
                        k -> cache.asMap().computeIfPresent(k, (a, b) -> "2") == null);
        for (int i = 0; i < absent.size(); i++) {
            assertThat(absent.get(i)).as("operation %d", i).accepts(key);
        }
        for (final Runnable write :
                List.<Runnable>of(
                        () -> cache.put(key, "1"),
                        () -> cache.put(key, "1", 5),
                        () -> cache.putIfAbsent(key, "1"),
                        () -> cache.putAll(Map.of(key, "1")),
                        () -> cache.asMap().put(key, "1"),
                        () -> cache.asMap().putIfAbsent(key, "1"))) {
            assertThatThrownBy(write::run)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("" + length)
                    .hasMessageContaining("65535");
        }
        assertThat(cache.asMap()).isEqualTo(Map.of("y", "1"));
    }

    @Test
    void aKeyOfTheMaximumLengthIsStored() {
        final String key = "x".repeat(OffHeapCache.MAX_KEY_LENGTH);
        cache.put(key, "1");
        assertThat(cache.get(key)).isEqualTo("1");
        assertThat(cache.remove(key)).isTrue();
    }

    @Test
    void aNullKeyIsRefused() {
        assertThatThrownBy(() -> cache.get(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.contains(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.remove(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.remove(null, "")).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> cache.read(null, v -> {}))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void aClosedCacheRefusesEveryKey() {
        final Cache<String, String> closed =
                Cache.builder(OffHeapCache.builder().memoryBytes(1 << 18), ASCII, ASCII).build();
        closed.close();
        for (final String key : new String[] {"", "x", "x".repeat(65_536)}) {
            assertThatThrownBy(() -> closed.get(key)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> closed.remove(key)).isInstanceOf(IllegalStateException.class);
        }
    }
}
