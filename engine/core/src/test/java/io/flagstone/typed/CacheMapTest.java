// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import io.flagstone.OffHeapCache;
import java.util.Collections;
import java.util.Map;
import java.util.stream.Stream;
import junit.framework.AssertionFailedError;
import junit.framework.TestFailure;
import junit.framework.TestResult;
import junit.framework.TestSuite;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs Guava's test suites for maps and concurrent maps. */
class CacheMapTest {
    private static final int MEMORY_BYTES = 32 << 10;

    @TestFactory
    Stream<DynamicNode> passesTheSuitesOfGuava() {
        final TestSuite suite =
                ConcurrentMapTestSuiteBuilder.using(
                                new TestStringMapGenerator() {
                                    @Override
                                    protected Map<String, String> create(
                                            Map.Entry<String, String>[] entries) {
                                        return map(entries);
                                    }
                                })
                        .named("Cache.asMap")
                        .withFeatures(
                                CollectionSize.ANY,
                                MapFeature.GENERAL_PURPOSE,
                                CollectionFeature.SUPPORTS_ITERATOR_REMOVE)
                        .createTestSuite();
        return children(suite);
    }

    private static Map<String, String> map(Map.Entry<String, String>[] entries) {
        final Map<String, String> map =
                Cache.builder(
                                OffHeapCache.builder().memoryBytes(MEMORY_BYTES).segments(1),
                                Codecs.ofString(),
                                Codecs.ofString())
                        .build()
                        .asMap();
        for (final Map.Entry<String, String> entry : entries) {
            map.put(entry.getKey(), entry.getValue());
        }
        return map;
    }

    private static Stream<DynamicNode> children(TestSuite suite) {
        return Collections.list(suite.tests()).stream()
                .map(
                        test ->
                                test instanceof TestSuite inner
                                        ? DynamicContainer.dynamicContainer(
                                                inner.getName(), children(inner))
                                        : DynamicTest.dynamicTest(
                                                test.toString(), () -> run(test)));
    }

    private static void run(junit.framework.Test test) throws Throwable {
        final TestResult result = new TestResult();
        test.run(result);
        for (final TestFailure failure : Collections.list(result.errors())) {
            throw failure.thrownException();
        }
        for (final TestFailure failure : Collections.list(result.failures())) {
            throw failure.thrownException();
        }
        if (result.runCount() != 1) {
            throw new AssertionFailedError(test + " ran " + result.runCount() + " times");
        }
    }
}
