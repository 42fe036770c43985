// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.cache.Cache;
import io.github.resilience4j.core.functions.CheckedFunction;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.cache.CacheManager;
import javax.cache.Caching;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.processor.EntryProcessorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests Resilience4j's decorator. If a cache throws, it hides the exception and calls the function
 * instead, so the tests also listen for its error events.
 */
@Tag("any-jdk")
@Timeout(120)
class Resilience4jCacheTest {
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    private CacheManager manager;
    private javax.cache.Cache<String, BigDecimal> prices;
    private Cache<String, BigDecimal> cache;
    private CheckedFunction<String, BigDecimal> price;

    @BeforeEach
    void open() {
        manager =
                Caching.getCachingProvider(ClientSupport.PROVIDER)
                        .getCacheManager(
                                URI.create("flagstone:resilience4j"), getClass().getClassLoader());
        prices =
                manager.createCache(
                        "prices",
                        new MutableConfiguration<String, BigDecimal>()
                                .setTypes(String.class, BigDecimal.class));
        cache = Cache.of(prices);
        cache.getEventPublisher().onError(event -> errors.add(event.getThrowable()));
        price = Cache.decorateCheckedSupplier(cache, () -> new BigDecimal(calls.incrementAndGet()));
    }

    @AfterEach
    void auditAndClose() {
        assertThat(errors).isEmpty();
        ClientSupport.assertClean(manager);
        manager.close();
    }

    @Test
    void aFunctionIsCalledOnceForEachKey() throws Throwable {
        assertThat(price.apply("BTC/USD")).isEqualTo("1");
        assertThat(price.apply("BTC/USD")).isEqualTo("1");
        assertThat(price.apply("ETH/USD")).isEqualTo("2");
        assertThat(price.apply("BTC/USD")).isEqualTo("1");
        assertThat(prices.get("ETH/USD")).isEqualTo("2");
        prices.remove("BTC/USD");
        assertThat(price.apply("BTC/USD")).isEqualTo("3");
        assertThat(cache.getMetrics().getNumberOfCacheHits()).isEqualTo(2);
        assertThat(cache.getMetrics().getNumberOfCacheMisses()).isEqualTo(3);
    }

    /** If a function fails in the cache, Resilience4j calls it again without the cache. */
    @Test
    void aFailureReachesTheCallerAndIsNotCached() throws Throwable {
        final CheckedFunction<String, BigDecimal> failing =
                Cache.decorateCheckedSupplier(
                        cache,
                        () -> {
                            calls.incrementAndGet();
                            throw new IOException("no price");
                        });
        assertThatThrownBy(() -> failing.apply("BTC/USD"))
                .rootCause()
                .isInstanceOf(IOException.class)
                .hasMessage("no price");
        assertThat(errors).hasSize(1);
        assertThat(errors.remove())
                .isInstanceOf(EntryProcessorException.class)
                .hasRootCauseMessage("no price");
        assertThat(calls).hasValue(2);
        assertThat(price.apply("BTC/USD")).isEqualTo("3");
        assertThat(failing.apply("BTC/USD")).as("from the cache").isEqualTo("3");
    }

    @Test
    void threadsCallTheFunctionOnceForEachKey() throws Exception {
        final int keys = 1_000;
        final List<BigDecimal[]> seen =
                ClientSupport.onThreads(
                        8,
                        thread -> {
                            final BigDecimal[] values = new BigDecimal[keys];
                            for (int i = 0; i < keys; i++) {
                                values[i] = apply("key " + i);
                            }
                            return values;
                        });
        assertThat(calls).hasValue(keys);
        final BigDecimal[] first = seen.get(0);
        assertThat(first).doesNotHaveDuplicates();
        assertThat(seen).allSatisfy(values -> assertThat(values).containsExactly(first));
        for (int i = 0; i < keys; i++) {
            assertThat(prices.get("key " + i)).isEqualTo(first[i]);
        }
    }

    private BigDecimal apply(String key) {
        try {
            return price.apply(key);
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }
}
