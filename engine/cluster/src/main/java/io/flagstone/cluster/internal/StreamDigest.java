// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * A digest of a stream of bytes that does not depend on how the stream is divided: the checksums of
 * two polynomials, in one number.
 *
 * <p>It finds what differs by accident. It is no protection against intent.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
final class StreamDigest {
    private final CRC32 low = new CRC32();
    private final CRC32C high = new CRC32C();

    void reset() {
        low.reset();
        high.reset();
    }

    void update(byte[] bytes, int offset, int length) {
        low.update(bytes, offset, length);
        high.update(bytes, offset, length);
    }

    long value() {
        return high.getValue() << Integer.SIZE | low.getValue();
    }
}
