// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.memory.AccessFaults;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A write between any two accesses of the read of a large value. */
class LargeReadTest {
    private static final int LENGTH = 10_000;
    private static final int SHORT = 64;
    private static final long KEY = 7;
    private static final long OTHER = 8;
    private static final byte OLD = 1;
    private static final byte NEW = 2;
    private static final byte OTHERS = 3;

    /** More than the accesses of an undisturbed read, which the tests check. */
    private static final int MOST_ACCESSES = 60;

    private final UnsafeBuffer read = new UnsafeBuffer(new byte[LENGTH]);
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[LENGTH]);

    /** Other large entries. The only entry of its class is overwritten in place. */
    private int neighbours = 1;

    private long retries;

    private static OffHeapCache cache() {
        return OffHeapCache.builder()
                .memoryBytes(256 << 10)
                .slabBytes(16 << 10)
                .segments(1)
                .errorHandler(error -> {})
                .build();
    }

    private void put(OffHeapCache cache, long key, int length, byte content) {
        value.setMemory(0, length, content);
        cache.put(key, value, 0, length);
    }

    /**
     * Reads with a write before a given access.
     *
     * @return the byte that fills the value that was read.
     */
    private byte readDuring(long access, Consumer<OffHeapCache> write, boolean[] ran) {
        try (OffHeapCache cache = cache()) {
            put(cache, KEY, LENGTH, OLD);
            for (int i = 0; i < neighbours; i++) {
                put(cache, -1 - i, LENGTH, OTHERS);
            }
            put(cache, OTHER, SHORT, OTHERS);
            AccessFaults.interrupt(
                    access,
                    () -> {
                        try {
                            write.accept(cache);
                            ran[0] = true;
                        } catch (final IllegalStateException e) {
                            // The read holds the lock, for its promotion.
                            assertThat(e).hasMessageStartingWith("re-entry");
                        }
                    });
            final int length = cache.get(KEY, read, 0);
            AccessFaults.disarm();
            retries = cache.statistics().readRetries();
            assertThat(cache.audit().clean()).isTrue();
            if (length == OffHeapCache.NOT_FOUND) {
                return 0;
            }
            assertThat(length).isEqualTo(LENGTH);
            for (int i = 1; i < length; i++) {
                assertThat(read.getByte(i))
                        .as("access %d, byte %d", access, i)
                        .isEqualTo(read.getByte(0));
            }
            return read.getByte(0);
        }
    }

    private void assertNeverTorn(Consumer<OffHeapCache> write, byte after) {
        boolean retried = false;
        int interrupted = 0;
        for (int access = 1; access <= MOST_ACCESSES; access++) {
            final boolean[] ran = new boolean[1];
            final byte found = readDuring(access, write, ran);
            assertThat(found).as("access %d", access).isIn(OLD, after);
            retried |= retries > 0 && found == after;
            interrupted += ran[0] ? 1 : 0;
        }
        assertThat(retried).as("some write disturbed the read").isTrue();
        assertThat(interrupted).isBetween(20, MOST_ACCESSES - 1);
    }

    @Test
    void writesToOtherKeysDisturbOnlyTheLookup() {
        long disturbed = 0;
        int interrupted = 0;
        for (int access = 1; access <= MOST_ACCESSES; access++) {
            final boolean[] ran = new boolean[1];
            final byte found =
                    readDuring(
                            access,
                            cache -> {
                                put(cache, OTHER, SHORT, OLD);
                                put(cache, OTHER + 1, SHORT, OLD);
                                cache.remove(OTHER);
                            },
                            ran);
            assertThat(found).isEqualTo(OLD);
            disturbed += retries;
            interrupted += ran[0] ? 1 : 0;
        }
        assertThat(disturbed).as("retries of %d reads", interrupted).isLessThan(interrupted - 2);
    }

    @Test
    void anOverwriteLeavesTheBytesThatAReaderCopies() {
        int undisturbed = 0;
        for (int access = 1; access <= MOST_ACCESSES; access++) {
            final boolean[] ran = new boolean[1];
            final byte found = readDuring(access, cache -> put(cache, KEY, LENGTH, NEW), ran);
            undisturbed += ran[0] && found == OLD && retries == 0 ? 1 : 0;
        }
        assertThat(undisturbed).as("reads of the old value during an overwrite").isPositive();
    }

    @Test
    void aHitCountsOnceAlsoInABatch() {
        try (OffHeapCache cache = cache()) {
            put(cache, KEY, LENGTH, OLD);
            final MultiGet batch = new MultiGet(2);
            batch.add(KEY);
            batch.add(OTHER);
            cache.get(batch, new UnsafeBuffer(new byte[2 * LENGTH]), 0);
            assertThat(batch.length(0)).isEqualTo(LENGTH);
            assertThat(cache.statistics().hits()).isOne();
            assertThat(cache.statistics().misses()).isOne();
        }
    }

    @Test
    void aReaderNoticesThatItsChunkHasAnotherEntry() {
        assertNeverTorn(
                cache -> {
                    put(cache, KEY, LENGTH, NEW);
                    put(cache, OTHER, LENGTH, OTHERS);
                    put(cache, OTHER + 1, LENGTH, OTHERS);
                },
                NEW);
    }

    @Test
    void aReaderNoticesAnUpdateInPlace() {
        assertNeverTorn(
                cache -> cache.update(KEY, bytes -> bytes.setMemory(0, bytes.capacity(), NEW)),
                NEW);
    }

    @Test
    void aReaderNoticesThatItsSlabHasShortEntries() {
        neighbours = 0;
        assertNeverTorn(
                cache -> {
                    cache.remove(KEY);
                    for (int i = 0; i < 400; i++) {
                        put(cache, OTHER + i, SHORT, OTHERS);
                    }
                },
                (byte) 0);
    }

    @Test
    void aReaderNoticesThatTheSegmentWasReset() {
        neighbours = 0;
        assertNeverTorn(
                cache -> {
                    // Is refused while the read holds the lock.
                    put(cache, OTHER, SHORT, OTHERS);
                    final Error error = new StackOverflowError("injected");
                    AccessFaults.arm(40, true, error);
                    assertThatThrownBy(() -> cache.remove(KEY)).isSameAs(error);
                    AccessFaults.disarm();
                    // In the chunk that the reader copies, and under the version that it has seen.
                    put(cache, OTHER, LENGTH, OTHERS);
                    AccessFaults.interrupt(Long.MAX_VALUE, () -> {});
                },
                (byte) 0);
    }
}
