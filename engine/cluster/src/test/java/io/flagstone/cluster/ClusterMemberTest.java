// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.OffHeapCache;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The threads of a single member, and what is left of one that could not start. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
@Tag("any-jdk")
class ClusterMemberTest {
    private static final int PORT = 41_000 + (int) (ProcessHandle.current().pid() % 1_000) * 10;
    private static final int TERM = 64 << 10;

    @TempDir File directory;

    private final String aeron = "/dev/shm/flagstone-member-" + ProcessHandle.current().pid();
    private final List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);

    @AfterEach
    void deleteBuffers() {
        IoUtil.delete(new File(aeron), true);
    }

    private ClusterMemberContext context() {
        return new ClusterMemberContext()
                .hosts(List.of("127.0.0.1"))
                .basePort(PORT)
                .directory(new File(directory, "member"))
                .aeronDirectory(aeron)
                .frugal(true)
                .termBytes(TERM)
                .errorHandler(errors::add);
    }

    private ClusterMember launch(ClusterMemberContext context) {
        return ClusterMember.launch(
                context,
                new FlagstoneClusteredService(
                        new ClusterServiceContext()
                                .cache(
                                        OffHeapCache.builder().memoryBytes(1 << 18).segments(1),
                                        1)));
    }

    /** Returns the threads that have been started since, without those of the JVM. */
    private static Set<Thread> threadsSince(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.isAlive())
                .filter(
                        thread ->
                                thread.getThreadGroup() == Thread.currentThread().getThreadGroup())
                .collect(Collectors.toSet());
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theServiceHasAThreadAndTheOtherPartsShareOneUnlessTheyAreDedicated(boolean dedicated) {
        final Set<Thread> before = threads();
        for (int start = 0; start < 2; start++) {
            try (ClusterMember member = launch(context().dedicatedThreads(dedicated))) {
                final String names = threadsSince(before).toString();
                assertThat(names).contains("consensus-module", "clustered-service");
                assertThat(names.contains("driver-conductor")).isEqualTo(dedicated);
                assertThat(names.contains("archive-conductor")).isEqualTo(dedicated);
                use(member, start);
            }
            assertThat(threadsSince(before)).isEmpty();
        }
        assertThat(errors).isEmpty();
    }

    /** Reads what the start before wrote, writes, and takes a snapshot. */
    private void use(ClusterMember member, long start) {
        try (ClientDriver driver =
                        ClientDriver.launch(aeron + "-client", "127.0.0.1", TERM, errors::add);
                ClusterCache cache =
                        ClusterCache.connect(driver.client(context().ingressEndpoints()))) {
            buffer.putLong(0, 7);
            if (start > 0) {
                assertThat(cache.get(buffer, 0, 8, buffer, 8)).isEqualTo(8);
                assertThat(buffer.getLong(8)).isEqualTo(start);
            }
            buffer.putLong(8, start + 1);
            cache.put(buffer, 0, 8, buffer, 8, 8, OffHeapCache.NO_TTL);
            assertThat(member.snapshot()).isTrue();
            while (member.snapshots() == 0) {
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aMemberThatCannotStartLeavesNoThreadAndNoLock(boolean dedicated) throws IOException {
        final Set<Thread> before = threads();
        final File cluster = new File(directory, "member/cluster");
        assertThat(cluster.getParentFile().mkdir()).isTrue();
        assertThat(cluster.createNewFile()).isTrue();

        // The consensus module needs a directory there. Driver and archive run by then.
        assertThatThrownBy(() -> launch(context().dedicatedThreads(dedicated)))
                .hasMessageContaining("cluster");

        assertThat(cluster.delete()).isTrue();
        assertThat(threadsSince(before)).isEmpty();
        try (ClusterMember member = launch(context().dedicatedThreads(dedicated))) {
            use(member, 0);
        }
    }

    @Test
    void theDirectoryOfARunningMemberIsRefused() {
        try (ClusterMember member = launch(context())) {
            assertThatThrownBy(() -> launch(context())).isInstanceOf(IllegalStateException.class);
            use(member, 0);
        }
    }

    static List<Arguments> wrongSettings() {
        return List.of(
                wrong("memberId", "-1", context -> context.memberId(-1)),
                wrong("memberId", "1", context -> context.memberId(1)),
                wrong("memberId", "0", context -> context.hosts(List.of())),
                wrong("basePort", "0", context -> context.basePort(0)),
                wrong("basePort", "65527", context -> context.basePort(65_527)),
                wrong("fileSyncLevel", "3", context -> context.fileSyncLevel(3)),
                wrong("termBytes", "32768", context -> context.termBytes(32_768)),
                wrong("termBytes", "65537", context -> context.termBytes(65_537)),
                wrong("snapshotTermBytes", "-1", context -> context.snapshotTermBytes(-1)),
                wrong("heartbeatTimeoutNs", "0", context -> context.heartbeatTimeoutNs(0)));
    }

    private static Arguments wrong(
            String name, String value, UnaryOperator<ClusterMemberContext> setting) {
        return Arguments.of(name, value, setting);
    }

    @ParameterizedTest
    @MethodSource("wrongSettings")
    void aSettingOutsideItsLimitsIsNamed(
            String name, String value, UnaryOperator<ClusterMemberContext> setting) {
        assertThatThrownBy(() -> launch(setting.apply(context())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(name)
                .hasMessageEndingWith("=" + value);
        assertThat(new File(directory, "member")).doesNotExist();
    }
}
