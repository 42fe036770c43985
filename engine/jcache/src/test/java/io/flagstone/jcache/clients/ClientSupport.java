// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache.clients;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.DocPrograms;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.cache.CacheManager;

/** Helpers of the tests in this package. */
final class ClientSupport {
    static final String PROVIDER = "io.flagstone.jcache.FlagstoneCachingProvider";

    private static final Path PAGE = ProjectFiles.file("docs", "jcache.md");

    /** Strong references to the loggers, because the log manager keeps only weak ones. */
    private static final List<Logger> SILENCED = new ArrayList<>();

    private ClientSupport() {}

    /** Sets the level of these loggers to SEVERE. */
    static void silence(String... names) {
        // Without this, Hibernate's logging looks for other frameworks first.
        System.setProperty("org.jboss.logging.provider", "jdk");
        synchronized (SILENCED) {
            for (final String name : names) {
                final Logger logger = Logger.getLogger(name);
                logger.setLevel(Level.SEVERE);
                SILENCED.add(logger);
            }
        }
    }

    /**
     * Returns the properties block of docs/jcache.md that has a key, so that the page is tested.
     */
    static Properties documented(String key) throws IOException {
        final List<Properties> found = new ArrayList<>();
        for (final DocPrograms.Block block : DocPrograms.blocks(PAGE)) {
            if ("properties".equals(block.language())) {
                final Properties properties = new Properties();
                properties.load(new StringReader(block.text()));
                if (properties.containsKey(key)) {
                    found.add(properties);
                }
            }
        }
        assertThat(found).as("blocks of " + PAGE + " with " + key).hasSize(1);
        return found.get(0);
    }

    static OffHeapCache engine(CacheManager manager, String cache) {
        return manager.getCache(cache).unwrap(OffHeapCache.class);
    }

    /** Audits all caches of a manager, which must have at least one. */
    static void assertClean(CacheManager manager) {
        int caches = 0;
        for (final String name : manager.getCacheNames()) {
            TestSupport.assertClean(engine(manager, name));
            caches++;
        }
        assertThat(caches).as("caches").isPositive();
    }

    /** The work of a thread. Threads are numbered from 0. */
    @FunctionalInterface
    interface Work<T> {
        T run(int thread) throws Exception;
    }

    /** Runs work on threads that start together, and returns their results in order. */
    static <T> List<T> onThreads(int threads, Work<T> work) throws Exception {
        final CyclicBarrier start = new CyclicBarrier(threads);
        final ExecutorService executor =
                Executors.newFixedThreadPool(
                        threads,
                        task -> {
                            final Thread thread = new Thread(task, "client");
                            // A deadlock must fail the test, but must not keep the JVM alive.
                            thread.setDaemon(true);
                            return thread;
                        });
        try {
            final List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                final int number = i;
                tasks.add(
                        () -> {
                            start.await();
                            return work.run(number);
                        });
            }
            final List<T> results = new ArrayList<>();
            for (final Future<T> done : executor.invokeAll(tasks, 60, TimeUnit.SECONDS)) {
                assertThat(done.isCancelled()).as("stuck for a minute").isFalse();
                results.add(done.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
            executor.awaitTermination(10, TimeUnit.SECONDS);
        }
    }

    /** Returns the live threads, for {@link #assertNoThreadsSince}. */
    static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    /** Fails if threads have started since then and do not end. */
    static void assertNoThreadsSince(Set<Thread> before) throws InterruptedException {
        final Set<Thread> since = threads();
        since.removeAll(before);
        final List<String> left = new ArrayList<>();
        for (final Thread thread : since) {
            if (!isShared(thread)) {
                thread.join(TimeUnit.SECONDS.toMillis(10));
                if (thread.isAlive()) {
                    left.add(thread.getName());
                }
            }
        }
        assertThat(left).as("threads left behind").isEmpty();
    }

    /** Returns whether a thread belongs to the JDK, JUnit or Surefire. */
    private static boolean isShared(Thread thread) {
        final String name = thread.getName();
        final ThreadGroup group = thread.getThreadGroup();
        return name.startsWith("ForkJoinPool.commonPool")
                || name.startsWith("junit-")
                || name.startsWith("surefire")
                || group != null && "system".equals(group.getName());
    }
}
