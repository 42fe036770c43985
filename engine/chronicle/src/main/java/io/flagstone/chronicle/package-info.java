// SPDX-License-Identifier: Apache-2.0
/**
 * Chronicle Bytes with the cache.
 *
 * <ul>
 *   <li>{@link io.flagstone.chronicle.ChronicleCodecs} has codecs of bytes and of marshallable
 *       objects, for the typed cache.
 *   <li>{@link io.flagstone.chronicle.BytesView} views values in place.
 * </ul>
 *
 * <p>Chronicle Bytes needs additional JVM flags; {@code docs/chronicle-bytes.md} lists them.
 */
package io.flagstone.chronicle;
