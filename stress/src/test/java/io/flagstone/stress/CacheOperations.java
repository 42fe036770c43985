// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import org.agrona.concurrent.UnsafeBuffer;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * What Lincheck calls, on few keys and few values, so that operations meet. Lincheck makes an
 * instance, and with it a cache, for every run of a scenario.
 *
 * <p>Values are the eight bytes of a number; -1 stands for an absent key.
 */
@Param(name = "key", gen = IntGen.class, conf = "1:3")
@Param(name = "value", gen = IntGen.class, conf = "1:2")
public abstract class CacheOperations {
    /** The result of an operation on an absent key. */
    static final long ABSENT = -1;

    /** The cache under test. */
    final OffHeapCache cache;

    /** Operations on a small cache, configured further. */
    CacheOperations(CacheBuilder builder) {
        // The least there is: one slab of more entries than there are keys.
        cache = builder.memoryBytes(10 << 10).slabBytes(1 << 10).segments(1).hashSeed(1).build();
    }

    /** A put; whether the key was absent. */
    @Operation(params = {"key", "value"})
    public boolean put(int key, int value) {
        return cache.put(key, buffer(value), 0, Long.BYTES);
    }

    /** Whether the key was absent and has the value now. */
    @Operation(params = {"key", "value"})
    public boolean putIfAbsent(int key, int value) {
        return cache.putIfAbsent(key, buffer(value), 0, Long.BYTES);
    }

    /** Whether the key was present and has the value now. */
    @Operation(params = {"key", "value"})
    public boolean replace(int key, int value) {
        return cache.replace(key, buffer(value), 0, Long.BYTES);
    }

    /** Whether the key had the first value and has the second now. */
    @Operation(params = {"key", "value", "value"})
    public boolean compareAndSet(int key, int expected, int value) {
        return cache.compareAndSet(key, buffer(expected), buffer(value), 0, Long.BYTES);
    }

    /** The sum that the key has now. */
    @Operation(params = {"key", "value"})
    public long addAndGetLong(int key, int delta) {
        return cache.addAndGetLong(key, 0, delta, ABSENT);
    }

    /** Whether the key was present. */
    @Operation(params = "key")
    public boolean remove(int key) {
        return cache.remove(key);
    }

    /** The value the key had. */
    @Operation(params = "key")
    public long getAndRemove(int key) {
        final UnsafeBuffer found = buffer(0);
        return cache.getAndRemove(key, found, 0) == OffHeapCache.NOT_FOUND
                ? ABSENT
                : found.getLong(0);
    }

    /** The value of the key. */
    @Operation(params = "key")
    public long get(int key) {
        final UnsafeBuffer found = buffer(0);
        return cache.get(key, found, 0) == OffHeapCache.NOT_FOUND ? ABSENT : found.getLong(0);
    }

    /** Whether the key is present. */
    @Operation(params = "key")
    public boolean contains(int key) {
        return cache.contains(key);
    }

    /** All off-heap state agrees with itself, whatever came before. */
    @Validate
    public void audit() {
        final AuditResult result = cache.audit();
        if (!result.clean()) {
            throw new AssertionError(result.finding());
        }
    }

    static UnsafeBuffer buffer(long value) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[Long.BYTES]);
        buffer.putLong(0, value);
        return buffer;
    }
}
