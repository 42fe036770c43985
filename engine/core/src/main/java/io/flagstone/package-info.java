/** The public face: the cache and its builder. */
package io.flagstone;
