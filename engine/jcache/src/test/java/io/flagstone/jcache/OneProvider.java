// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableConfiguration;

/** A program that uses JCache without naming the provider. */
final class OneProvider {
    private OneProvider() {}

    public static void main(String[] args) {
        try (CacheManager manager = Caching.getCachingProvider().getCacheManager()) {
            final Cache<Object, Object> cache =
                    manager.createCache("one", new MutableConfiguration<>());
            cache.put("key", "value");
            System.out.print(
                    Caching.getCachingProvider().getClass().getName() + ' ' + cache.get("key"));
        }
    }
}
