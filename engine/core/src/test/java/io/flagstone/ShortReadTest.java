// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.memory.AccessFaults;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** The short path of a read stays short: in memory accesses, and in what HotSpot can inline. */
class ShortReadTest {
    /** HotSpot's FreqInlineSize: a longer method is not inlined, however hot it is. */
    private static final int LONGEST_INLINED = 325;

    private static final Pattern METHOD = Pattern.compile("^ {2}\\S.* (\\w+)\\(.*\\);$");
    private static final Pattern BYTECODE = Pattern.compile("^ +(\\d+): ");

    /** Version, sequence, three words of tags, reference, key length, key. */
    private static final int LOOKUP = 8;

    /** Length and bytes. */
    private static final int VALUE = 2;

    /** Deadline, recency clock, stamp, size class, size of its list, version, sequence. */
    private static final int SETTLE = 7;

    /** Both numbers, three words of tags, counts, both again; no entry has left the bucket. */
    private static final int MISS = 8;

    private static final int KEY = 7;

    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);

    private static long accesses(LongConsumer read, long key) {
        AccessFaults.arm(Long.MAX_VALUE, false, null);
        read.accept(key);
        return AccessFaults.disarm();
    }

    private OffHeapCache cache(CacheBuilder builder) {
        final OffHeapCache cache = builder.memoryBytes(1 << 17).segments(1).build();
        cache.put(KEY, buffer, 0, 64);
        return cache;
    }

    @Test
    void hitsAndMissesMakeOneAttempt() {
        for (final boolean counting : new boolean[] {true, false}) {
            try (OffHeapCache cache = cache(OffHeapCache.builder().countReads(counting))) {
                final int hit = LOOKUP + VALUE + SETTLE;
                final UnsafeBuffer bytes = new UnsafeBuffer(new byte[Long.BYTES]);
                bytes.putLong(0, KEY);
                assertThat(accesses(key -> cache.get(key, buffer, 0), KEY)).isEqualTo(hit);
                assertThat(accesses(key -> cache.getLong(key, 0, 0), KEY)).isEqualTo(hit);
                assertThat(accesses(key -> cache.get(bytes, 0, 8, buffer, 0), KEY)).isEqualTo(hit);
                assertThat(accesses(key -> cache.getLong(bytes, 0, 8, 0, 0), KEY)).isEqualTo(hit);
                assertThat(accesses(key -> cache.get(key, buffer, 0), KEY + 1)).isEqualTo(MISS);
            }
        }
    }

    /**
     * A write between any two accesses of a read: the read returns the old value or the new one,
     * with its length. In the same chunk, in another, and after a removal.
     */
    @Test
    void aWriteBetweenAnyTwoAccessesTearsNoRead() {
        for (final int length : new int[] {64, 60, 8, 400, 0}) {
            int interrupted = 0;
            for (int access = 1; access <= 60; access++) {
                try (OffHeapCache cache = cache(OffHeapCache.builder())) {
                    final UnsafeBuffer read = new UnsafeBuffer(new byte[512]);
                    final UnsafeBuffer value = new UnsafeBuffer(new byte[512]);
                    value.setMemory(0, 512, (byte) 9);
                    final boolean[] ran = new boolean[1];
                    AccessFaults.interrupt(
                            access,
                            () -> {
                                ran[0] = true;
                                cache.remove(KEY);
                                cache.put(KEY + 1, value, 0, 64);
                                cache.put(KEY, value, 0, length);
                            });
                    final int result = cache.get(KEY, read, 0);
                    AccessFaults.disarm();
                    interrupted += ran[0] ? 1 : 0;
                    final boolean isNew = result != 64 || length == 64 && read.getByte(0) == 9;
                    assertThat(result).isEqualTo(isNew ? length : 64);
                    for (int i = 0; i < result; i++) {
                        assertThat(read.getByte(i))
                                .as("length %d, access %d, byte %d", length, access, i)
                                .isEqualTo((byte) (isNew ? 9 : 0));
                    }
                }
            }
            assertThat(interrupted).isGreaterThanOrEqualTo(LOOKUP + VALUE + SETTLE);
        }
    }

    @Test
    void longMethodsAreNotInlinedAndHotOnesAre() {
        final Map<String, Integer> reader = sizes("internal.segment.OptimisticReader");
        assertThat(reader).containsKeys("get", "getLong", "settle", "copyOut");
        reader.remove("<init>");
        assertThat(reader.values()).allMatch(size -> size <= LONGEST_INLINED);
        assertThat(sizes("internal.memory.RawMemory").get("copy")).isLessThan(LONGEST_INLINED);
        assertThat(sizes("internal.index.IndexLookup").get("find")).isLessThan(LONGEST_INLINED);
        assertThat(sizes("internal.segment.RetryingReader").get("read"))
                .isGreaterThan(LONGEST_INLINED);
    }

    /** The offsets of the last bytecodes of a class's methods, of the longest of each name. */
    private static Map<String, Integer> sizes(String type) {
        final StringWriter text = new StringWriter();
        final PrintWriter out = new PrintWriter(text);
        final String path = System.getProperty("java.class.path");
        final ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
        assertThat(javap.run(out, out, "-c", "-p", "-cp", path, "io.flagstone." + type)).isZero();
        final Map<String, Integer> sizes = new HashMap<>();
        String method = "<init>";
        for (final String line : text.toString().split("\\R")) {
            final Matcher name = METHOD.matcher(line);
            final Matcher bytecode = BYTECODE.matcher(line);
            if (name.find()) {
                method = name.group(1);
            } else if (bytecode.find()) {
                sizes.merge(method, Integer.valueOf(bytecode.group(1)), Math::max);
            }
        }
        return sizes;
    }
}
