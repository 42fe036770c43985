/** Micrometer meters of a cache. */
package io.flagstone.micrometer;
