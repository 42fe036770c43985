// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.JavaProcess;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A start without the JVM flag fails with a message that names it; one with the flag prints
 * nothing.
 */
class StartupFlagTest {
    private static final String FLAG = "--add-opens";
    private static final String UNNAMED = "java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final String MODULE = "java.base/jdk.internal.misc=org.agrona";
    private static final String MAIN = OneOperation.class.getName();

    @TempDir private Path directory;

    private final String engine = JavaProcess.placeOf(OffHeapCache.class);
    private final String agrona = JavaProcess.placeOf(DirectBuffer.class);
    private final String tests = JavaProcess.placeOf(OneOperation.class);
    private final List<String> classPath =
            List.of("-cp", String.join(File.pathSeparator, engine, agrona, tests), MAIN);
    private final List<String> modulePath =
            List.of(
                    "--module-path",
                    engine + File.pathSeparator + agrona,
                    "--add-modules",
                    "io.flagstone.engine",
                    "-cp",
                    tests,
                    MAIN);

    private String out;
    private String err;

    private int run(List<String> flags, List<String> program) throws Exception {
        final JavaProcess process =
                JavaProcess.run(
                        directory,
                        Map.of(),
                        Stream.concat(flags.stream(), program.stream()).toList());
        out = process.out();
        err = process.err();
        return process.status();
    }

    @Test
    void theClassPathNeedsTheFlagForTheUnnamedModule() throws Exception {
        assertThat(run(List.of(), classPath)).isNotZero();
        assertThat(err)
                .contains("IllegalStateException")
                .contains("the JVM flag " + FLAG + ' ' + UNNAMED + " is missing");
        assertThat(out).isEmpty();
    }

    @Test
    void theClassPathWithTheFlagStartsSilently() throws Exception {
        assertThat(run(List.of(FLAG, UNNAMED), classPath)).as(() -> err).isZero();
        assertThat(err).isEmpty();
        assertThat(out).isEqualTo("entries 0");
    }

    @Test
    void theModulePathNeedsTheFlagForAgronasModule() throws Exception {
        assertThat(run(List.of(), modulePath)).isNotZero();
        assertThat(err)
                .contains("IllegalStateException")
                .contains("the JVM flag " + FLAG + ' ' + MODULE + " is missing");
        assertThat(run(List.of(FLAG, UNNAMED), modulePath))
                .as("with the flag for the class path")
                .isNotZero();
        assertThat(err).contains(MODULE);
        assertThat(out).isEmpty();
    }

    @Test
    void theModulePathWithTheFlagStartsSilently() throws Exception {
        assertThat(run(List.of(FLAG, MODULE), modulePath)).as(() -> err).isZero();
        assertThat(err).isEmpty();
        assertThat(out).isEqualTo("entries 0");
    }
}
