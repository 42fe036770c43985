// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.io.Serializable;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.cache.autoconfigure.JCachePropertiesCustomizer;
import org.springframework.cache.annotation.CacheEvict;
import org.springframework.cache.annotation.CachePut;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.jcache.JCacheCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Tests a Spring Boot application that configures its caches by properties alone and uses them
 * through Spring's annotations.
 */
@Tag("any-jdk")
@Timeout(120)
class SpringBootCacheTest {
    private static final int THREADS = 8;

    /** Counts the calls that reached the service. It is static because the proxy has no state. */
    private static final AtomicInteger CALLS = new AtomicInteger();

    /** Counts the calls of {@link Service#triangular} for each number. */
    private static final AtomicIntegerArray LOADS = new AtomicIntegerArray(1_000);

    private static Set<Thread> before;
    private static ConfigurableApplicationContext context;
    private static Service service;
    private static javax.cache.CacheManager manager;

    /** A part of a key. */
    record Instrument(String symbol, int decimals) implements Serializable {}

    /** The service of an application. */
    static class Service {
        private final ObjectProvider<Service> self;

        Service(ObjectProvider<Service> self) {
            this.self = self;
        }

        @Cacheable("documents")
        public byte[] document(long id, int bytes) {
            CALLS.incrementAndGet();
            return content(id, bytes);
        }

        static byte[] content(long id, int bytes) {
            final byte[] content = new byte[bytes];
            new Random(id).nextBytes(content);
            return content;
        }

        @Cacheable("documents")
        public String title(String name) {
            CALLS.incrementAndGet();
            return name.isEmpty() ? null : "title of " + name;
        }

        /** Reads the value of a smaller key through the cache first. */
        @Cacheable(cacheNames = "numbers", sync = true)
        public Long triangular(int number) {
            LOADS.incrementAndGet(number);
            return number == 0 ? 0 : number + self.getObject().triangular(number - 1);
        }

        @Cacheable(cacheNames = "numbers", key = "#p0", sync = true)
        public Integer supplied(String key, Supplier<Integer> supplier) {
            return supplier.get();
        }

        /** Fails for negative numbers. */
        @Cacheable(cacheNames = "numbers", key = "'root ' + #p0", sync = true)
        public Double root(double number) {
            CALLS.incrementAndGet();
            if (number < 0) {
                throw new IllegalArgumentException("no root of " + number);
            }
            return Math.sqrt(number);
        }

        @Cacheable("quotes")
        public String quote(Instrument instrument, String venue, List<Integer> sizes) {
            return instrument + "@" + venue + sizes + ", call " + CALLS.incrementAndGet();
        }

        @CachePut(
                cacheNames = "quotes",
                key = "new org.springframework.cache.interceptor.SimpleKey(#p0, #p1, #p2)")
        public String replaceQuote(
                Instrument instrument, String venue, List<Integer> sizes, String value) {
            CALLS.incrementAndGet();
            return value;
        }

        @Cacheable("quotes")
        public Integer between(Object first, Object last) {
            return CALLS.incrementAndGet();
        }

        @CacheEvict("quotes")
        public void forgetQuote(Instrument instrument, String venue, List<Integer> sizes) {}

        @Cacheable(cacheNames = "quotes", condition = "#p0 > 0", unless = "#result < 0")
        public Long conditional(long number) {
            return number % 2 == 0 ? CALLS.incrementAndGet() : (long) -CALLS.incrementAndGet();
        }

        @CacheEvict(
                cacheNames = {"documents", "numbers", "quotes"},
                allEntries = true)
        public void forgetAll() {}

        @CacheEvict(cacheNames = "quotes", allEntries = true, beforeInvocation = true)
        public void forgetQuotesAndFail() {
            throw new IllegalStateException("failed");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableCaching
    static class Application {
        @Bean
        JCachePropertiesCustomizer memory() throws IOException {
            final Properties documented =
                    ClientSupport.documented("io.flagstone.jcache.memoryBytes");
            return properties -> properties.putAll(documented);
        }

        @Bean
        Service service(ObjectProvider<Service> self) {
            return new Service(self);
        }
    }

    @BeforeAll
    static void start() throws IOException {
        before = ClientSupport.threads();
        ClientSupport.silence("org.springframework", "io.flagstone.jcache.clients");
        System.setProperty("org.springframework.boot.logging.LoggingSystem", "none");
        final Properties properties = ClientSupport.documented("spring.cache.type");
        assertThat(properties)
                .containsEntry("spring.cache.jcache.provider", ClientSupport.PROVIDER);
        context =
                new SpringApplicationBuilder(Application.class)
                        .web(WebApplicationType.NONE)
                        .bannerMode(Banner.Mode.OFF)
                        .registerShutdownHook(false)
                        .properties(properties)
                        .run();
        service = context.getBean(Service.class);
        manager = context.getBean(javax.cache.CacheManager.class);
    }

    @AfterAll
    static void close() throws InterruptedException {
        context.close();
        assertThat(manager.isClosed()).as("closed with the context").isTrue();
        System.clearProperty("org.springframework.boot.logging.LoggingSystem");
        ClientSupport.assertNoThreadsSince(before);
    }

    @BeforeEach
    void forget() {
        service.forgetAll();
        CALLS.set(0);
        for (int i = 0; i < LOADS.length(); i++) {
            LOADS.set(i, 0);
        }
    }

    @AfterEach
    void audit() {
        ClientSupport.assertClean(manager);
    }

    private static OffHeapCache engine(String name) {
        return ClientSupport.engine(manager, name);
    }

    @Test
    void thePropertiesCreateTheCaches() {
        assertThat(context.getBean(JCacheCacheManager.class).getCacheManager()).isSameAs(manager);
        assertThat(manager.getCachingProvider().getClass().getName())
                .isEqualTo(ClientSupport.PROVIDER);
        assertThat(manager.getCacheNames())
                .containsExactlyInAnyOrder("documents", "numbers", "quotes");
        assertThat(engine("documents").memoryReport().budgetBytes()).isEqualTo(128 << 20);
    }

    @Test
    void largeValuesAreReadBackWhole() {
        final int[] sizes = {0, 1, 1_000, 200_000, 204_800};
        for (int round = 0; round < 3; round++) {
            for (int id = 0; id < 100; id++) {
                final int bytes = sizes[id % sizes.length];
                assertThat(service.document(id, bytes)).isEqualTo(Service.content(id, bytes));
            }
        }
        assertThat(CALLS).hasValue(100);
        assertThat(engine("documents").size()).isEqualTo(100);
    }

    /** The cache evicts some values, and returns no wrong one. */
    @Test
    void moreLargeValuesThanTheMemoryHolds() {
        final int bytes = 200_000;
        final int number = (128 << 20) / bytes + 100;
        for (int id = 0; id < number; id++) {
            assertThat(service.document(id, bytes)).hasSize(bytes);
        }
        for (int id = number - 1; id >= 0; id -= 10) {
            assertThat(service.document(id, bytes)).isEqualTo(Service.content(id, bytes));
        }
        assertThat(engine("documents").size()).isBetween(number / 4L, number - 1L);
        assertThat(CALLS.get()).isLessThan(number + number / 10);
    }

    @Test
    void nullIsCached() {
        for (int i = 0; i < 3; i++) {
            assertThat(service.title("")).isNull();
            assertThat(service.title("a")).isEqualTo("title of a");
        }
        assertThat(CALLS).hasValue(2);
        assertThat(engine("documents").size()).isEqualTo(2);
    }

    @Test
    void nestedSynchronizedCallsLoadEachKeyOnce() {
        assertThat(service.triangular(50)).isEqualTo(50 * 51 / 2);
        assertThat(service.triangular(49)).isEqualTo(49 * 50 / 2);
        assertThat(engine("numbers").size()).isEqualTo(51);
        for (int i = 0; i <= 50; i++) {
            assertThat(LOADS.get(i)).as("loads of " + i).isOne();
        }
    }

    @Test
    void aFailedSynchronizedCallCachesNothing() {
        for (int i = 1; i <= 3; i++) {
            assertThatThrownBy(() -> service.root(-1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no root of -1.0");
            assertThat(CALLS).hasValue(i);
        }
        assertThat(service.root(4)).isEqualTo(2);
        assertThat(service.root(4)).isEqualTo(2);
        assertThat(CALLS).hasValue(4);
    }

    @Test
    void putAndEvictByKeysOfSeveralParts() {
        final Instrument instrument = new Instrument("BTC/USD", 2);
        final String first = service.quote(instrument, "A", List.of(1, 2, 3));
        assertThat(first).isEqualTo(instrument + "@A[1, 2, 3], call 1");
        final Instrument equal = new Instrument(String.valueOf("BTC/USD".toCharArray()), 2);
        final String venue = String.valueOf(new char[] {'A'});
        assertThat(service.quote(equal, venue, List.of(1, 2, 3))).isEqualTo(first);
        assertThat(service.quote(new Instrument("BTC/USD", 3), "A", List.of(1, 2, 3)))
                .endsWith("call 2");
        assertThat(service.quote(instrument, "B", List.of(1, 2, 3))).endsWith("call 3");
        assertThat(service.quote(instrument, "A", List.of(1, 3, 2))).endsWith("call 4");
        assertThat(engine("quotes").size()).isEqualTo(4);

        service.replaceQuote(equal, "A", List.of(1, 2, 3), "replaced");
        assertThat(service.quote(instrument, "A", List.of(1, 2, 3))).isEqualTo("replaced");
        service.forgetQuote(equal, "A", List.of(1, 2, 3));
        assertThat(service.quote(instrument, "A", List.of(1, 2, 3))).endsWith("call 6");
        assertThat(service.quote(instrument, "B", List.of(1, 2, 3))).endsWith("call 3");
    }

    /** A key that holds one object twice matches a key of two equal objects. */
    @Test
    void keysMatchWhetherOrNotTheyShareParts() {
        final LocalDate day = LocalDate.of(2026, 11, 30);
        final LocalDate same = LocalDate.of(2026, 11, 30);
        assertThat(service.between(day, day)).isOne();
        assertThat(service.between(day, same)).as("equal dates").isOne();
        final Instrument instrument = new Instrument("BTC/USD", 2);
        final Instrument equal = new Instrument("BTC/USD", 2);
        assertThat(service.between(instrument, equal)).isEqualTo(2);
        assertThat(service.between(instrument, instrument)).as("equal records").isEqualTo(2);
    }

    @Test
    void conditionsDecideWhatIsCached() {
        assertThat(service.conditional(0)).isOne();
        assertThat(service.conditional(0)).isEqualTo(2);
        assertThat(service.conditional(1)).isEqualTo(-3);
        assertThat(service.conditional(1)).isEqualTo(-4);
        assertThat(service.conditional(2)).isEqualTo(5);
        assertThat(service.conditional(2)).isEqualTo(5);
        assertThat(engine("quotes").size()).isOne();
    }

    /**
     * While a thread loads a key, other threads can load all other keys, also within a load. Two
     * threads do this for so many keys that some would share a lock if locks were shared.
     */
    @Test
    void aSynchronizedCallBlocksItsOwnKeyOnly() throws Exception {
        final int number = 1_000;
        final CountDownLatch loading = new CountDownLatch(2);
        final List<Integer> sums =
                ClientSupport.onThreads(
                        2,
                        thread ->
                                service.supplied(
                                        "outer " + thread,
                                        () -> {
                                            loading.countDown();
                                            TestSupport.await(loading);
                                            int sum = 0;
                                            for (int i = 0; i < number; i++) {
                                                final int value = i;
                                                final String key = "inner " + thread + ", " + i;
                                                sum += service.supplied(key, () -> value);
                                            }
                                            return sum;
                                        }));
        assertThat(sums).containsOnly(number * (number - 1) / 2);
        assertThat(engine("numbers").size()).isEqualTo(2 * number + 2);
    }

    /** Eviction of all entries removes every entry, and none reappears. */
    @Test
    void evictingAllOf200000Entries() {
        final int number = 200_000;
        final javax.cache.Cache<Object, Object> numbers = manager.getCache("numbers");
        for (int i = 0; i < number; i++) {
            numbers.put(i, (long) i);
        }
        assertThat(engine("numbers").size()).isEqualTo(number);
        assertThat(service.triangular(7)).as("as it was put").isEqualTo(7);
        service.forgetAll();
        assertThat(engine("numbers").size()).isZero();
        assertThat(numbers.get(7)).isNull();
        assertThat(service.triangular(7)).isEqualTo(28);
    }

    @Test
    void evictingBeforeACallThatFails() {
        service.quote(new Instrument("BTC/USD", 2), "A", List.of());
        assertThatThrownBy(service::forgetQuotesAndFail).hasMessage("failed");
        assertThat(engine("quotes").size()).isZero();
    }

    /** Threads read, put and evict the same keys. A value always belongs to its key. */
    @Test
    void threadsReadValuesOfTheirKeyOnly() throws Exception {
        final List<String> venues = Arrays.asList("A", "B", "C");
        ClientSupport.onThreads(
                THREADS,
                thread -> {
                    final Random random = new Random(thread);
                    for (int i = 0; i < 1_000; i++) {
                        final Instrument instrument = new Instrument("I" + random.nextInt(10), 2);
                        final String venue = venues.get(random.nextInt(3));
                        final List<Integer> sizes = List.of(random.nextInt(3));
                        final String prefix = instrument + "@" + venue + sizes + ", ";
                        switch (random.nextInt(4)) {
                            case 0:
                                service.forgetQuote(instrument, venue, sizes);
                                break;
                            case 1:
                                service.replaceQuote(instrument, venue, sizes, prefix + "put");
                                break;
                            default:
                                assertThat(service.quote(instrument, venue, sizes))
                                        .startsWith(prefix);
                                break;
                        }
                    }
                    return null;
                });
        assertThat(engine("quotes").size()).isBetween(1L, 90L);
    }

    /** Threads start at different keys and load the same smaller keys. */
    @Test
    void threadsNestSynchronizedCalls() throws Exception {
        final List<Long> sums =
                ClientSupport.onThreads(THREADS, thread -> service.triangular(40 + thread));
        for (int thread = 0; thread < THREADS; thread++) {
            final long number = 40 + thread;
            assertThat(sums.get(thread)).isEqualTo(number * (number + 1) / 2);
        }
        for (int i = 0; i < 40 + THREADS; i++) {
            assertThat(LOADS.get(i)).as("loads of " + i).isOne();
        }
    }
}
