/** The public face: the cache, its builder and the start-up check of the JVM's flags. */
package io.flagstone;
