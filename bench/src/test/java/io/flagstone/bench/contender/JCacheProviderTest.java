// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableConfiguration;
import org.junit.jupiter.api.Test;

/** An application may have the engine beside another library's JCache. */
class JCacheProviderTest {
    /** Caching refuses to choose where two providers are services. */
    @Test
    void theEngineBringsNoProviderOfItsOwn() {
        try (CacheManager manager = Caching.getCachingProvider().getCacheManager()) {
            assertThat(manager.getClass().getName()).startsWith("org.ehcache.");
            final Cache<String, String> cache =
                    manager.createCache("one", new MutableConfiguration<>());
            cache.put("key", "value");
            assertThat(cache.get("key")).isEqualTo("value");
        }
    }
}
