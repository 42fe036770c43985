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
 * The operations that Lincheck calls. There are few keys and few values, so that operations meet.
 * Lincheck creates an instance, and so a cache, for every run of a scenario.
 *
 * <p>A value is a number of eight bytes. The result -1 means that the key is absent.
 */
@Param(name = "key", gen = IntGen.class, conf = "1:3")
@Param(name = "value", gen = IntGen.class, conf = "1:2")
public abstract class CacheOperations {
    /** The result of an operation on an absent key. */
    static final long ABSENT = -1;

    /** The cache under test. */
    final OffHeapCache cache;

    /** Builds a small cache from the given builder. */
    CacheOperations(CacheBuilder builder) {
        // The smallest memory budget. Its one slab has room for more entries than there are keys.
        cache = builder.memoryBytes(10 << 10).slabBytes(1 << 10).segments(1).hashSeed(1).build();
    }

    /** Puts a value; returns whether the key was absent. */
    @Operation(params = {"key", "value"})
    public boolean put(int key, int value) {
        return cache.put(key, buffer(value), 0, Long.BYTES);
    }

    /** Puts a value if the key is absent; returns whether it was. */
    @Operation(params = {"key", "value"})
    public boolean putIfAbsent(int key, int value) {
        return cache.putIfAbsent(key, buffer(value), 0, Long.BYTES);
    }

    /** Replaces the value if the key is present; returns whether it was. */
    @Operation(params = {"key", "value"})
    public boolean replace(int key, int value) {
        return cache.replace(key, buffer(value), 0, Long.BYTES);
    }

    /** Replaces the expected value; returns whether the key had it. */
    @Operation(params = {"key", "value", "value"})
    public boolean compareAndSet(int key, int expected, int value) {
        return cache.compareAndSet(key, buffer(expected), buffer(value), 0, Long.BYTES);
    }

    /** Adds to the value and returns the sum. */
    @Operation(params = {"key", "value"})
    public long addAndGetLong(int key, int delta) {
        return cache.addAndGetLong(key, 0, delta, ABSENT);
    }

    /** Adds to the value and returns the value before. */
    @Operation(params = {"key", "value"})
    public long getAndAddLong(int key, int delta) {
        return cache.getAndAddLong(key, 0, delta, ABSENT);
    }

    /** Replaces the expected number in place; returns whether the key had it. */
    @Operation(params = {"key", "value", "value"})
    public boolean compareAndSetLong(int key, int expected, int value) {
        return cache.compareAndSetLong(key, 0, expected, value);
    }

    /** Lets a writer put a value; returns whether the key was absent. */
    @Operation(params = {"key", "value"})
    public boolean putByWriter(int key, int value) {
        return cache.put(key, Long.BYTES, OffHeapCache.NO_TTL, view -> view.putLong(0, value));
    }

    /** Removes the key; returns whether it was present. */
    @Operation(params = "key")
    public boolean remove(int key) {
        return cache.remove(key);
    }

    /** Removes the key and returns its value. */
    @Operation(params = "key")
    public long getAndRemove(int key) {
        final UnsafeBuffer found = buffer(0);
        return cache.getAndRemove(key, found, 0) == OffHeapCache.NOT_FOUND
                ? ABSENT
                : found.getLong(0);
    }

    /** Returns the value of the key. */
    @Operation(params = "key")
    public long get(int key) {
        final UnsafeBuffer found = buffer(0);
        return cache.get(key, found, 0) == OffHeapCache.NOT_FOUND ? ABSENT : found.getLong(0);
    }

    /** Returns whether the key is present. */
    @Operation(params = "key")
    public boolean contains(int key) {
        return cache.contains(key);
    }

    /** Checks after every run of a scenario that the off-heap state is consistent. */
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
