// SPDX-License-Identifier: Apache-2.0
/**
 * Chronicle Bytes with the typed cache: codecs of bytes and of marshallable objects, and views of
 * values where they lie.
 *
 * <p>Chronicle Bytes needs JVM flags of its own; {@code docs/chronicle-bytes.md} lists them.
 */
package io.flagstone.chronicle;
