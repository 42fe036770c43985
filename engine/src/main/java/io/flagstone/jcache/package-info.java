/**
 * JCache (JSR-107) over the typed cache: a {@link javax.cache.spi.CachingProvider}, found by {@code
 * javax.cache.Caching} as a service.
 *
 * <p>Needs {@code javax.cache:cache-api}, which is an optional dependency: nothing outside of this
 * package refers to it.
 */
package io.flagstone.jcache;
