// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.feed.Change;
import io.flagstone.testing.TestSupport;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** A recovery's reader stops before the first change that the cache cannot apply. */
class JournalReaderTest {
    private static final int KEY_BYTES = 8;

    private final UnsafeBuffer entry = new UnsafeBuffer(new byte[1 << 16]);
    private final OffHeapCache cache =
            OffHeapCache.builder().memoryBytes(1 << 20).slabBytes(4 << 10).follower(true).build();
    private final JournalReader reader = new JournalReader(cache.changeApplier(), 1, 40);

    private void put(long number, int valueLength) {
        if (reader.accepts(1) && reader.begins(number, false)) {
            reader.onPut(entry, 0, KEY_BYTES, KEY_BYTES, valueLength, Change.NO_DEADLINE, false);
        }
    }

    @Test
    void aChangeThatFailsIsNotCounted() {
        put(41, 8);
        TestSupport.assertClean(cache);
        cache.close();
        put(42, 8);
        put(43, 8);
        assertThat(reader.isStopped()).isTrue();
        assertThat(reader.number()).isEqualTo(41);
        assertThat(reader.applied()).isEqualTo(1);
        assertThat(reader.end()).isEqualTo(JournalEnd.MALFORMED);
        assertThat(reader.detail()).contains("change 42 cannot be applied").contains("closed");
    }

    @Test
    void aValueThatIsTooLargeIsRefusedAndItsKeyRemoved() {
        put(41, 8);
        assertThat(cache.size()).isEqualTo(1);
        put(42, entry.capacity() - KEY_BYTES);
        assertThat(reader.refused()).isEqualTo(1);
        assertThat(reader.number()).isEqualTo(42);
        assertThat(reader.isStopped()).isFalse();
        assertThat(cache.size()).isZero();
        TestSupport.assertClean(cache);
        cache.close();
    }
}
