package io.flagstone.startup;

import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableConfiguration;

/** Uses a JCache whose provider is named, as it has to be on the module path. */
final class OneNamedProvider {
    private OneNamedProvider() {}

    public static void main(String[] args) {
        try (CacheManager manager =
                Caching.getCachingProvider("io.flagstone.jcache.FlagstoneCachingProvider")
                        .getCacheManager()) {
            final Cache<Object, Object> cache =
                    manager.createCache("one", new MutableConfiguration<>());
            cache.put("key", "value");
            System.out.print(cache.get("key"));
        }
    }
}
