// SPDX-License-Identifier: Apache-2.0
/**
 * The open-addressing hash index from keys to entries.
 *
 * <ul>
 *   <li>{@link HashIndex}: inserts, replaces and removes entries.
 *   <li>{@link IndexLookup}: finds entries, with or without the segment's lock.
 *   <li>{@link BucketDescriptor}: the layout of a bucket.
 *   <li>{@link KeyedHash}: the hash of keys.
 * </ul>
 */
package io.flagstone.internal.index;
