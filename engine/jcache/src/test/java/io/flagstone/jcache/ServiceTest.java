// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.cache.spi.CachingProvider;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that {@code Caching} finds the provider on the class path and on the module path. */
class ServiceTest {
    private static final String OPENED = "java.base/jdk.internal.misc=";

    @TempDir private Path directory;

    private final String jcache = JavaProcess.placeOf(FlagstoneCachingProvider.class);
    private final String engine = JavaProcess.placeOf(OffHeapCache.class);
    private final String agrona = JavaProcess.placeOf(DirectBuffer.class);
    private final String api = JavaProcess.placeOf(CachingProvider.class);
    private final String tests = JavaProcess.placeOf(OneProvider.class);

    private static String path(String... places) {
        return String.join(File.pathSeparator, places);
    }

    private void assertFinds(List<String> arguments) throws Exception {
        final JavaProcess process = JavaProcess.run(directory, Map.of(), arguments);
        assertThat(process.status()).as(process.err()).isZero();
        assertThat(process.err()).isEmpty();
        assertThat(process.out()).isEqualTo(FlagstoneCachingProvider.class.getName() + " value");
    }

    /** Maven copies the file in META-INF/services next to the classes. */
    @Test
    void cachingFindsTheProviderOnTheClassPath() throws Exception {
        assertFinds(
                List.of(
                        "--add-opens",
                        OPENED + "ALL-UNNAMED",
                        "-cp",
                        path(jcache, engine, agrona, api, tests),
                        OneProvider.class.getName()));
    }

    /** The program is in the module's package, so it is added to the module as a patch. */
    @Test
    void cachingFindsTheProviderOnTheModulePath() throws Exception {
        assertFinds(
                List.of(
                        "--add-opens",
                        OPENED + "org.agrona",
                        "--module-path",
                        path(jcache, engine, agrona, api),
                        "--patch-module",
                        "io.flagstone.jcache=" + tests,
                        "--module",
                        "io.flagstone.jcache/" + OneProvider.class.getName()));
    }
}
