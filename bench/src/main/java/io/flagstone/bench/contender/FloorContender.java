// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import io.flagstone.bench.report.EffectiveSettings;
import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Not a cache: the least that any cache asks of memory. A read is two dependent loads at random
 * places and the copy of the value, over memory of the same size as Flagstone's. Nothing is hashed,
 * compared, counted or evicted.
 *
 * <p>The index has eight bytes for each entry. Values lie in chunks with room for key and header.
 * The chunks fill several blocks because a buffer holds less than 2 GiB.
 */
final class FloorContender implements Contender {
    private static final int HEADER_BYTES = 48;
    private static final int CACHE_LINE = 64;
    private static final int BLOCK_SHIFT = 20;
    private static final int IN_BLOCK = (1 << BLOCK_SHIFT) - 1;

    /** Coprime to every number of entries that is measured, so that values are shuffled. */
    private static final long STRIDE = 7_919_999L;

    private final int entries;
    private final int valueBytes;
    private final EffectiveSettings effective;
    private final int chunkBytes;
    private final UnsafeBuffer index;
    private final UnsafeBuffer[] blocks;

    FloorContender(ContenderSettings settings) {
        entries = settings.entries();
        valueBytes = settings.valueBytes();
        effective = settings.effective();
        chunkBytes = HEADER_BYTES + valueBytes;
        index = allocate((long) entries * Long.BYTES);
        blocks = new UnsafeBuffer[(entries - 1 >> BLOCK_SHIFT) + 1];
        for (int block = 0; block < blocks.length; block++) {
            final int chunks = Math.min(IN_BLOCK + 1, entries - (block << BLOCK_SHIFT));
            blocks[block] = allocate((long) chunks * chunkBytes);
        }
        for (int key = 0; key < entries; key++) {
            final int slot = (int) (key * STRIDE % entries);
            index.putInt(key * Long.BYTES, slot);
            blocks[slot >> BLOCK_SHIFT].putLong((slot & IN_BLOCK) * chunkBytes, key);
        }
    }

    private static UnsafeBuffer allocate(long bytes) {
        final ByteBuffer buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes + CACHE_LINE));
        return new UnsafeBuffer(buffer.alignedSlice(CACHE_LINE));
    }

    @Override
    public Session session() {
        final UnsafeBuffer found = new UnsafeBuffer(new byte[valueBytes]);
        return new Session() {
            @Override
            public long get(long key) {
                final int slot = index.getInt((int) key * Long.BYTES);
                blocks[slot >> BLOCK_SHIFT].getBytes(
                        (slot & IN_BLOCK) * chunkBytes, found, 0, valueBytes);
                return found.getLong(0);
            }

            @Override
            public void put(long key) {
                throw new UnsupportedOperationException();
            }
        };
    }

    @Override
    public long entries() {
        return entries;
    }

    @Override
    public EffectiveSettings settings() {
        return effective;
    }

    @Override
    public void close() {
        // The garbage collector frees the buffers.
    }
}
