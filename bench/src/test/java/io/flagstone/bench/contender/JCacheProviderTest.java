// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableConfiguration;
import org.junit.jupiter.api.Test;

/** Tests that an application can use the engine together with another library's JCache. */
class JCacheProviderTest {
    private static final String EHCACHE = "org.ehcache.jsr107.EhcacheCachingProvider";

    /**
     * {@code Caching} refuses to choose between two providers that are services. Ehcache and
     * Hazelcast are; the engine must not be one more.
     */
    @Test
    void engineRegistersNoProvider() {
        assertThat(Caching.getCachingProviders())
                .isNotEmpty()
                .noneMatch(one -> one.getClass().getName().startsWith("io.flagstone."));
        try (CacheManager manager = Caching.getCachingProvider(EHCACHE).getCacheManager()) {
            assertThat(manager.getClass().getName()).startsWith("org.ehcache.");
            final Cache<String, String> cache =
                    manager.createCache("one", new MutableConfiguration<>());
            cache.put("key", "value");
            assertThat(cache.get("key")).isEqualTo("value");
        }
    }
}
