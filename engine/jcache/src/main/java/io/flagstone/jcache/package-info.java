// SPDX-License-Identifier: Apache-2.0
/**
 * JCache (JSR-107) over the typed cache: a {@link javax.cache.spi.CachingProvider}, which {@code
 * javax.cache.Caching} finds as a service.
 */
package io.flagstone.jcache;
