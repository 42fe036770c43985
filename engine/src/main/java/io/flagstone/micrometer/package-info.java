/**
 * A cache's figures for Micrometer.
 *
 * <p>Needs {@code io.micrometer:micrometer-core}, which is an optional dependency: nothing outside
 * of this package refers to it.
 */
package io.flagstone.micrometer;
