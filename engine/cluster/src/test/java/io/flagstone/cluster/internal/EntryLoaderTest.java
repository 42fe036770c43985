// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.StateTransfer;
import io.flagstone.api.CacheClosedException;
import io.flagstone.api.StateVisitor;
import io.flagstone.testing.TestSupport;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.Test;

/** Loads streams of entries that are divided into blocks anywhere, here and in a second thread. */
class EntryLoaderTest {
    private static final int BLOCK_BYTES = 4096;

    private final long seed = TestSupport.seed();
    private final Random random = new Random(seed);
    private final ExpandableArrayBuffer stream = new ExpandableArrayBuffer();
    private int length;

    private static OffHeapCache cache() {
        return OffHeapCache.builder()
                .memoryBytes(4 << 20)
                .segments(1)
                .clock(() -> 1)
                .hashSeed(1)
                .promotionDistance(0)
                .expireAfterAccessNs(1_000)
                .build();
    }

    private static List<String> state(OffHeapCache cache) {
        final List<String> entries = new ArrayList<>();
        StateTransfer.of(cache)
                .forEach(
                        (key, value, deadlineNs, sliding) ->
                                entries.add(
                                        key.getInt(0)
                                                + ":"
                                                + key.capacity()
                                                + ":"
                                                + value.capacity()
                                                + ":"
                                                + new UnsafeBuffer(value).hashCode()
                                                + ":"
                                                + deadlineNs
                                                + ":"
                                                + sliding));
        return entries;
    }

    /** Appends entries to the stream, and puts them into a cache. */
    private void entries(int count, OffHeapCache expected) {
        final StateTransfer target = StateTransfer.of(expected);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[64]);
        final UnsafeBuffer value = new UnsafeBuffer(new byte[20_000]);
        for (int i = 0; i < count; i++) {
            final int keyLength = 4 + random.nextInt(60);
            final int valueLength =
                    random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(40);
            final boolean sliding = random.nextBoolean();
            final long deadlineNs =
                    random.nextBoolean() ? StateVisitor.NO_DEADLINE : 10 + random.nextInt(1_000);
            key.putInt(0, i);
            value.setMemory(0, valueLength, (byte) i);
            target.load(key, 0, keyLength, value, 0, valueLength, deadlineNs, sliding);
            stream.putInt(length, keyLength, ByteOrder.LITTLE_ENDIAN);
            stream.putInt(
                    length + 4,
                    sliding ? valueLength | SnapshotDescriptor.SLIDING : valueLength,
                    ByteOrder.LITTLE_ENDIAN);
            stream.putLong(length + 8, deadlineNs, ByteOrder.LITTLE_ENDIAN);
            stream.putBytes(length + 16, key, 0, keyLength);
            stream.putBytes(length + 16 + keyLength, value, 0, valueLength);
            length += 16 + keyLength + valueLength;
        }
    }

    @Test
    void blocksMayEndAnywhere() {
        try (OffHeapCache expected = cache()) {
            entries(300, expected);
            for (final int longest : new int[] {1, 7, 30, 5_000, 50_000}) {
                try (OffHeapCache loaded = cache()) {
                    final EntryLoader loader = new EntryLoader(StateTransfer.of(loaded));
                    for (int at = 0; at < length; ) {
                        final int size = Math.min(length - at, 1 + random.nextInt(longest));
                        loader.add(stream, at, size);
                        at += size;
                    }
                    assertThat(loader.isComplete()).isTrue();
                    assertThat(loader.entries()).isEqualTo(300);
                    assertThat(state(loaded)).as("seed %d", seed).isEqualTo(state(expected));
                }
            }
        }
    }

    @Test
    void anEntryWithoutItsEndIsNotComplete() {
        try (OffHeapCache expected = cache();
                OffHeapCache loaded = cache()) {
            entries(1, expected);
            final EntryLoader loader = new EntryLoader(StateTransfer.of(loaded));
            loader.add(stream, 0, length - 1);
            assertThat(loader.isComplete()).isFalse();
            assertThat(loader.entries()).isZero();
        }
    }

    @Test
    void impossibleLengthsAreRefused() {
        for (final int keyLength : new int[] {0, -1, 1 << 16}) {
            try (OffHeapCache loaded = cache()) {
                stream.putInt(0, keyLength, ByteOrder.LITTLE_ENDIAN);
                final EntryLoader loader = new EntryLoader(StateTransfer.of(loaded));
                assertThatThrownBy(() -> loader.add(stream, 0, 100))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the snapshot is damaged: length of a key=" + keyLength);
            }
        }
    }

    /** Waits as a service does that has nothing else to do. */
    private static final class Waiting implements BlockLoadsAside.Waits {
        private final YieldingIdleStrategy idle = new YieldingIdleStrategy();

        @Override
        public void begin() {
            idle.reset();
        }

        @Override
        public void idle() {
            idle.idle();
        }
    }

    private void loadAside(EntryLoader loader) {
        final BlockLoads loads =
                BlockLoadsAside.start(loader, BLOCK_BYTES, Thread::new, new Waiting());
        assertThat(loads).isInstanceOf(BlockLoadsAside.class);
        for (int at = 0; at < length; ) {
            final UnsafeBuffer message = loads.empty();
            final int size = Math.min(length - at, BLOCK_BYTES - SnapshotDescriptor.BYTES_AT);
            SnapshotDescriptor.blockBytes(message, size);
            message.putBytes(SnapshotDescriptor.BYTES_AT, stream, at, size);
            loads.load(message);
            at += size;
        }
        loads.end();
    }

    @Test
    void aSecondThreadLoadsAllBeforeTheEnd() {
        try (OffHeapCache expected = cache();
                OffHeapCache loaded = cache()) {
            entries(2_000, expected);
            assertThat(length).as("more than all blocks hold").isGreaterThan(64 * BLOCK_BYTES);
            loadAside(new EntryLoader(StateTransfer.of(loaded)));
            assertThat(state(loaded)).as("seed %d", seed).isEqualTo(state(expected));
        }
    }

    @Test
    void theFailureOfTheSecondThreadIsThrownAtTheEnd() {
        try (OffHeapCache expected = cache()) {
            entries(2_000, expected);
            final OffHeapCache closed = cache();
            closed.close();
            assertThatThrownBy(() -> loadAside(new EntryLoader(StateTransfer.of(closed))))
                    .isInstanceOf(CacheClosedException.class);
        }
    }
}
