/**
 * Chronicle Bytes with the typed cache: codecs of bytes and of marshallable objects, and views of
 * values where they lie.
 *
 * <p>Needs {@code net.openhft:chronicle-bytes}, which is an optional dependency: nothing outside of
 * this package refers to it. That library has flags of the JVM that it needs; see {@code
 * docs/chronicle-bytes.md}.
 */
package io.flagstone.chronicle;
