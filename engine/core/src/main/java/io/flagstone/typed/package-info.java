// SPDX-License-Identifier: Apache-2.0
/**
 * A cache of objects over {@link io.flagstone.OffHeapCache}: codecs turn keys and values into bytes
 * and back.
 *
 * <p>{@link io.flagstone.typed.TypedCacheBuilder} builds a {@link io.flagstone.typed.Cache}. The
 * main classes, from the caller down to the engine:
 *
 * <ul>
 *   <li>{@code Cache}: the operations that may load. Its superclass {@code EntryOperations} has
 *       those that never load; {@code CacheMap} and {@code MapViews} implement {@code asMap}.
 *   <li>{@code Loads}: the table of loads under way, one {@code Load} for each key. {@code
 *       BulkLoad} loads several keys in one call, {@code Refreshes} reloads entries near their
 *       deadline, {@code Interest} is the future of one caller, {@code WaitGraph} detects loads
 *       that wait for each other.
 *   <li>{@code EncodedCache}: encodes keys and values and calls the engine.
 *   <li>{@code Scratch}: the reused buffers of one operation. A {@link io.flagstone.typed.Codec}
 *       writes to an {@code EncodeBuffer} in it. {@link io.flagstone.typed.Codecs} and {@link
 *       io.flagstone.typed.RecordCodec} make codecs.
 *   <li>{@link io.flagstone.typed.RemovalListener}, and {@link
 *       io.flagstone.typed.AsyncRemovalListener}, which calls another listener on an executor.
 * </ul>
 *
 * <p>A {@code get} acquires a {@code Scratch}, encodes the key, lets the engine copy the value's
 * bytes into the scratch, and decodes them. On a miss, {@code Loads} joins the load of the key or
 * runs one: it takes a lease on the key, calls the loader, and writes the value if the lease is
 * still current.
 */
package io.flagstone.typed;
