// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One request of a trace. A reader reuses the same instance, so that replaying a large trace does
 * not measure the garbage collector.
 */
public final class Request {
    /** The time, size or time to live of a request whose trace has none. */
    public static final long UNKNOWN = -1;

    private final UnsafeBuffer keyBuffer = new UnsafeBuffer(new byte[Long.BYTES]);
    private long timeNs;
    private boolean numeric;
    private long key;
    private int keyLength;
    private long size;
    private long ttlNs;

    /**
     * Sets everything but the key.
     *
     * @param timeNs the trace's own time in nanoseconds, or {@link #UNKNOWN}.
     * @param size bytes of the value, or {@link #UNKNOWN}.
     * @param ttlNs time to live in nanoseconds, or {@link #UNKNOWN}.
     */
    void set(long timeNs, long size, long ttlNs) {
        this.timeNs = timeNs;
        this.size = size;
        this.ttlNs = ttlNs;
    }

    /**
     * Sets a number as the key. The cache sees it as its 8 bytes in native order.
     *
     * @param value the key.
     */
    void numericKey(long value) {
        numeric = true;
        key = value;
        keyLength = Long.BYTES;
        keyBuffer.putLong(0, value, ByteOrder.nativeOrder());
    }

    /**
     * Sets bytes as the key.
     *
     * @param bytes the key, copied.
     */
    void textKey(byte[] bytes) {
        if (bytes.length > keyBuffer.capacity()) {
            keyBuffer.wrap(new byte[bytes.length * 2]);
        }
        numeric = false;
        keyLength = bytes.length;
        keyBuffer.putBytes(0, bytes);
    }

    /**
     * Returns the trace's own time.
     *
     * @return nanoseconds, or {@link #UNKNOWN}.
     */
    public long timeNs() {
        return timeNs;
    }

    /**
     * Returns whether the key is a number.
     *
     * @return true if {@link #key()} is valid.
     */
    public boolean numeric() {
        return numeric;
    }

    /**
     * Returns the key of a numeric request.
     *
     * @return the number.
     */
    public long key() {
        return key;
    }

    /**
     * Returns the key as bytes, numeric or not.
     *
     * @return a buffer whose first {@link #keyLength()} bytes are the key, until the next request.
     */
    public DirectBuffer keyBuffer() {
        return keyBuffer;
    }

    /**
     * Returns the length of the key.
     *
     * @return bytes.
     */
    public int keyLength() {
        return keyLength;
    }

    /**
     * Returns the size of the value.
     *
     * @return bytes, or {@link #UNKNOWN}.
     */
    public long size() {
        return size;
    }

    /**
     * Returns the time to live.
     *
     * @return nanoseconds, or {@link #UNKNOWN}.
     */
    public long ttlNs() {
        return ttlNs;
    }
}
