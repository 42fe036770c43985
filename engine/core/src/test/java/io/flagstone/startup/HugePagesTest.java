// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.testing.JavaProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A cache reports how much of its memory lies in huge pages, and why not more. */
@EnabledOnOs(OS.LINUX)
class HugePagesTest {
    private static final long MEMORY_BYTES = 64 << 20;

    /** Parts of huge pages at both ends of the memory cannot be asked for. */
    private static final long ASKED_BYTES = MEMORY_BYTES - (4 << 20);

    private static final Path THP = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");
    private static final String OPENS = "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED";
    private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";
    private static final String TUNABLES = "GLIBC_TUNABLES";

    @TempDir private Path directory;

    private String err;
    private long reported;
    private long inProcess;

    private void run(List<String> flags, Map<String, String> environment, String... asked)
            throws Exception {
        final List<String> arguments = new ArrayList<>(flags);
        arguments.addAll(
                List.of(
                        OPENS,
                        "-cp",
                        System.getProperty("java.class.path"),
                        HugeCache.class.getName()));
        arguments.addAll(List.of(asked));
        final JavaProcess process = JavaProcess.run(directory, environment, arguments);
        err = process.err();
        assertThat(process.status()).as(err).isZero();
        final String[] fields = process.out().trim().split(" ");
        reported = Long.parseLong(fields[0]);
        inProcess = Long.parseLong(fields[1]);
        assertThat(Long.parseLong(fields[2])).as("touched").isEqualTo(MEMORY_BYTES);
        assertThat(fields[3]).as("audit").isEqualTo("true");
        assertThat(reported).isBetween(0L, inProcess);
    }

    private void assertHugeOrWarned() throws IOException {
        if (reported < ASKED_BYTES * 9 / 10) {
            assertThat(err).containsOnlyOnce("requested in huge pages");
        } else {
            assertThat(err).containsOnlyOnce("requested bytes are in huge pages");
        }
        assertOnlyTheCacheHasSome();
    }

    private void assertOnlyTheCacheHasSome() throws IOException {
        if (isMode("madvise")) {
            assertThat(inProcess - reported).as("huge pages outside the cache").isLessThan(8 << 20);
        }
    }

    private static boolean isMode(String mode) throws IOException {
        return Files.exists(THP) && Files.readString(THP).contains("[" + mode + "]");
    }

    private static boolean canAsk() throws IOException {
        return Runtime.version().feature() >= 22 && (isMode("madvise") || isMode("always"));
    }

    @Test
    void memoryIsInHugePagesWithNativeAccess() throws Exception {
        run(List.of(NATIVE), Map.of(TUNABLES, ""), "true");
        assertHugeOrWarned();
        if (canAsk()) {
            assertThat(reported).as(err).isGreaterThan(ASKED_BYTES * 9 / 10);
        }
    }

    @Test
    void aCacheAsksByDefaultWhereThatNeedsNoWarning() throws Exception {
        run(List.of(NATIVE), Map.of(TUNABLES, ""));
        if (canAsk()) {
            assertHugeOrWarned();
            assertThat(reported).as(err).isGreaterThan(ASKED_BYTES * 9 / 10);
            assertThat(err).doesNotContainIgnoringCase("warning");
        } else {
            assertThat(err).isEmpty();
        }
    }

    @Test
    void aCacheThatCannotAskByDefaultIsSilent() throws Exception {
        run(List.of(), Map.of(TUNABLES, ""));
        assertThat(err).isEmpty();
        assertThat(reported).isZero();
    }

    @Test
    void aCacheDoesNotAskIfToldNotTo() throws Exception {
        run(List.of(NATIVE), Map.of(TUNABLES, ""), "false");
        assertThat(err).isEmpty();
        assertThat(reported).isZero();
        assertOnlyTheCacheHasSome();
    }

    @Test
    void theWarningSaysWhatToDoWithoutNativeAccess() throws Exception {
        run(List.of(), Map.of(TUNABLES, ""), "true");
        assertHugeOrWarned();
        if (reported == 0) {
            assertThat(err)
                    .contains("GLIBC_TUNABLES=glibc.malloc.hugetlb=1")
                    .contains(Runtime.version().feature() >= 22 ? NATIVE : "use JDK 22 or later");
        }
    }

    @Test
    void glibcRequestsHugePagesIfConfigured() throws Exception {
        run(List.of(), Map.of(TUNABLES, "glibc.malloc.hugetlb=1"), "true");
        assertHugeOrWarned();
    }
}
