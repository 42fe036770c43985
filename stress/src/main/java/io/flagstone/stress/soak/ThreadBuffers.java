// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.nio.ByteBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** The buffers of one thread. Heap and direct memory alternate by thread, offsets differ. */
final class ThreadBuffers {
    /** The offset of keys and values in each buffer. */
    final int offset;

    final SoakKey key;
    final UnsafeBuffer value;
    final UnsafeBuffer expected;
    final UnsafeBuffer found;

    ThreadBuffers(int thread) {
        final boolean direct = thread % 2 != 0;
        offset = thread % Long.BYTES;
        key = new SoakKey(buffer(direct, SoakConfiguration.MAX_KEY_BYTES + offset), offset);
        final int valueBytes = SoakConfiguration.MAX_VALUE_BYTES + offset;
        value = buffer(direct, valueBytes);
        expected = buffer(direct, valueBytes);
        found = buffer(direct, valueBytes);
    }

    private static UnsafeBuffer buffer(boolean direct, int bytes) {
        return direct
                ? new UnsafeBuffer(ByteBuffer.allocateDirect(bytes))
                : new UnsafeBuffer(new byte[bytes]);
    }
}
