// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.cache.Cache;
import javax.cache.Caching;
import javax.cache.configuration.MutableCacheEntryListenerConfiguration;
import javax.cache.configuration.MutableConfiguration;
import javax.cache.event.CacheEntryCreatedListener;
import javax.cache.integration.CompletionListenerFuture;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a cache with default settings: which values fit on any machine, and where tasks run. */
@Tag("any-jdk")
class DefaultEngineTest extends CacheFixture {
    private static final int MIB = 1 << 20;

    private static String run(Path directory, Class<?> program, String... flags) throws Exception {
        final List<String> arguments = new java.util.ArrayList<>(List.of(flags));
        arguments.addAll(
                List.of(
                        "--add-opens",
                        "java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName()));
        final JavaProcess process = JavaProcess.run(directory, Map.of(), arguments);
        assertThat(process.status()).as(process.err()).isZero();
        return process.out();
    }

    /** Prints the largest value that the default cache holds. */
    static final class LargestValue {
        public static void main(String[] arguments) {
            final Cache<String, byte[]> cache =
                    Caching.getCachingProvider()
                            .getCacheManager()
                            .createCache(
                                    "c",
                                    new FlagstoneConfiguration<String, byte[]>()
                                            .valueCodec(io.flagstone.typed.Codecs.ofBytes()));
            int largest = 0;
            for (int step = 1 << 23; step > 0; step /= 2) {
                cache.put("a", new byte[largest + step]);
                largest += cache.containsKey("a") ? step : 0;
            }
            System.out.print(largest);
        }
    }

    @Test
    void aMebibyteFitsWithAnyNumberOfProcessors(@TempDir Path directory) throws Exception {
        final String one = run(directory, LargestValue.class, "-XX:ActiveProcessorCount=1");
        final String many = run(directory, LargestValue.class, "-XX:ActiveProcessorCount=64");
        assertThat(many).isEqualTo(one);
        assertThat(Integer.parseInt(one)).isBetween(MIB, MIB + MIB / 64);
    }

    @Test
    void aSerializedMebibyteFits() {
        final MutableConfiguration<Object, Object> configuration = new MutableConfiguration<>();
        final Cache<Object, Object> cache = open(configuration);
        cache.put("a", new byte[MIB]);
        cache.put("b", "x".repeat(MIB));
        assertThat(cache.get("a")).isEqualTo(new byte[MIB]);
        assertThat(cache.get("b")).isEqualTo("x".repeat(MIB));
        assertThat(engine(cache).memoryReport().budgetBytes())
                .isEqualTo(FlagstoneConfiguration.DEFAULT_MEMORY_BYTES);
    }

    /** There are few slabs, but also few size classes. */
    @Test
    void entriesOfManySizesDoNotEvictEachOther() {
        for (final int largest : new int[] {1_000, 10_000, 100_000}) {
            try (OffHeapCache engine =
                    DefaultEngine.of(FlagstoneConfiguration.DEFAULT_MEMORY_BYTES).build()) {
                final Random random = new Random(1);
                final UnsafeBuffer value = new UnsafeBuffer(new byte[largest]);
                long bytes = 0;
                long key = 0;
                while (bytes < 4 * MIB) {
                    final double size = Math.log(largest / 20.0) * random.nextDouble();
                    final int length = (int) (20 * Math.exp(size));
                    engine.put(key++, value, 0, length);
                    bytes += length + 48;
                }
                assertThat(engine.statistics().evictions()).as("to " + largest).isZero();
                assertThat(engine.size()).isEqualTo(key);
            }
        }
    }

    @Test
    void anEngineOfAnyMemoryHoldsAValue() {
        for (final long bytes : new long[] {1 << 16, 100_000, 1 << 20, 5 << 20, 100 << 20}) {
            try (OffHeapCache engine = DefaultEngine.of(bytes).build()) {
                final UnsafeBuffer value = new UnsafeBuffer(new byte[MIB]);
                final int length = Math.min(MIB, (int) (bytes / 20));
                engine.put(1, value, 0, length);
                assertThat(engine.contains(1)).as("memory " + bytes).isTrue();
            }
        }
        assertThat(DefaultEngine.segments(16 << 20)).isEqualTo(1);
        assertThat(DefaultEngine.segments(1L << 30)).isEqualTo(16);
        assertThat(DefaultEngine.segments(1L << 40)).isEqualTo(1 << 14);
        assertThat(DefaultEngine.slabBytes(16 << 20)).isEqualTo(DefaultEngine.SLAB_BYTES);
    }

    /** Loads a key and notifies a listener in the default executor of this process. */
    static final class Tasks {
        public static void main(String[] arguments) throws Exception {
            final java.util.concurrent.CountDownLatch told =
                    new java.util.concurrent.CountDownLatch(2);
            final CacheEntryCreatedListener<String, String> listener = events -> told.countDown();
            final MutableConfiguration<String, String> configuration =
                    new MutableConfiguration<String, String>()
                            .setTypes(String.class, String.class)
                            .setReadThrough(true)
                            .setCacheLoaderFactory(() -> new Loading(key -> "loaded"))
                            .addCacheEntryListenerConfiguration(
                                    new MutableCacheEntryListenerConfiguration<>(
                                            () -> listener, null, false, false));
            final Cache<String, String> cache =
                    Caching.getCachingProvider().getCacheManager().createCache("c", configuration);
            final CompletionListenerFuture done = new CompletionListenerFuture();
            cache.loadAll(Set.of("a"), false, done);
            done.get(1, TimeUnit.MINUTES);
            cache.put("b", "1");
            System.out.print(cache.get("a") + " " + told.await(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void tasksRunIfTheCommonPoolHasNoThread(@TempDir Path directory) throws Exception {
        assertThat(
                        run(
                                directory,
                                Tasks.class,
                                "-Djava.util.concurrent.ForkJoinPool.common.parallelism=0"))
                .isEqualTo("loaded true");
    }
}
