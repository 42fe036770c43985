// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.flagstone.CacheBuilder;
import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Saves a cache to a publication and loads it from there, without a cluster. */
class ClusterStateTest {
    private static final int STREAM = 5;
    private static final String CHANNEL = "aeron:ipc?term-length=16m";

    private MediaDriver driver;
    private Aeron aeron;
    private final YieldingIdleStrategy idle = new YieldingIdleStrategy();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[100_000]);
    private final Random random = new Random(TestSupport.seed());

    @BeforeEach
    void start() {
        final String name = "/dev/shm/flagstone-state-" + ProcessHandle.current().pid();
        driver =
                MediaDriver.launch(
                        new MediaDriver.Context()
                                .aeronDirectoryName(name)
                                .threadingMode(ThreadingMode.SHARED)
                                .termBufferSparseFile(true)
                                .ipcPublicationTermWindowLength(16 << 20)
                                .dirDeleteOnStart(true)
                                .dirDeleteOnShutdown(true));
        aeron = Aeron.connect(new Aeron.Context().aeronDirectoryName(name));
    }

    @AfterEach
    void stop() {
        aeron.close();
        driver.close();
    }

    private static CacheBuilder builder() {
        return OffHeapCache.builder().memoryBytes(1 << 20).segments(2);
    }

    private static ClusterState state() {
        return new ClusterState(builder(), 3);
    }

    private void operate(ClusterState state, long seed, int count) {
        final Random choices = new Random(seed);
        for (int i = 0; i < count; i++) {
            state.time(1_000_000 + i, TimeUnit.MILLISECONDS);
            final long key = choices.nextInt(20_000);
            final int length = choices.nextInt(400);
            switch (choices.nextInt(4)) {
                case 0 -> state.cache().get(key, value, 0);
                case 1 -> state.cache().put(key, value, 0, length, 1_000_000L * (1 + i % 900));
                default -> state.cache().put(key, value, 0, length);
            }
        }
    }

    /** Saves one state and loads another from what was written, with some of it changed. */
    private void transfer(ClusterState from, ClusterState to, Consumer<UnsafeBuffer> change) {
        try (Subscription subscription = aeron.addSubscription(CHANNEL, STREAM);
                Subscription copies = aeron.addSubscription(CHANNEL, STREAM + 1)) {
            final int copied;
            try (ExclusivePublication publication = aeron.addExclusivePublication(CHANNEL, STREAM);
                    ExclusivePublication copy =
                            aeron.addExclusivePublication(CHANNEL, STREAM + 1)) {
                from.save(publication, idle);
                copied = copy.sessionId();
                copyAll(image(subscription, publication.sessionId()), publication, copy, change);
                image(copies, copied);
            }
            to.load(image(copies, copied), idle);
        }
    }

    private static void copyAll(
            Image image,
            ExclusivePublication publication,
            ExclusivePublication copy,
            Consumer<UnsafeBuffer> change) {
        final UnsafeBuffer fragment = new UnsafeBuffer(new byte[1 << 16]);
        final FragmentAssembler assembler =
                new FragmentAssembler(
                        (buffer, offset, length, header) -> {
                            buffer.getBytes(offset, fragment, 0, length);
                            change.accept(fragment);
                            while (copy.offer(fragment, 0, length) < 0) {
                                Thread.onSpinWait();
                            }
                        });
        while (image.position() < publication.position()) {
            image.poll(assembler, 10);
        }
    }

    private Image image(Subscription subscription, int sessionId) {
        while (subscription.imageBySessionId(sessionId) == null) {
            Thread.yield();
        }
        return subscription.imageBySessionId(sessionId);
    }

    @Test
    void aStateThatWasLoadedGoesOnLikeTheOneThatWasSaved() {
        final long seed = random.nextLong();
        try (ClusterState saved = state();
                ClusterState loaded = state();
                ClusterState later = state();
                ClusterState last = state()) {
            operate(saved, seed, 20_000);
            transfer(saved, loaded, fragment -> {});
            assertThat(loaded.digest()).isEqualTo(saved.digest());
            assertThat(loaded.entries()).isEqualTo(saved.entries()).isPositive();
            assertThat(loaded.timeNs()).isEqualTo(saved.timeNs());
            operate(saved, seed + 1, 20_000);
            operate(loaded, seed + 1, 20_000);
            transfer(saved, later, fragment -> {});
            transfer(loaded, last, fragment -> {});
            assertThat(loaded.digest()).as("seed %d", seed).isEqualTo(saved.digest());
            TestSupport.assertClean(saved.cache());
            TestSupport.assertClean(loaded.cache());
        }
    }

    @Test
    void aDamagedSnapshotIsRefused() {
        final int[] fragments = {0};
        final int damaged = 5;
        for (int at = 8; at < 200; at += 37) {
            final int offset = at;
            fragments[0] = 0;
            try (ClusterState saved = state();
                    ClusterState loaded = state()) {
                operate(saved, 1, 3_000);
                assertThatThrownBy(
                                () ->
                                        transfer(
                                                saved,
                                                loaded,
                                                fragment -> {
                                                    if (fragments[0]++ == damaged) {
                                                        fragment.putByte(
                                                                offset,
                                                                (byte) ~fragment.getByte(offset));
                                                    }
                                                }))
                        .as("byte %d", offset)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageStartingWith("the snapshot is damaged: ");
            }
        }
    }

    @Test
    void refusesSettingsThatDoNotSuitAStateMachine() {
        assertThatThrownBy(() -> new ClusterState(OffHeapCache.builder().memoryBytes(1 << 20), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("segments must be set: the default depends on the machine");
        assertThatThrownBy(() -> new ClusterState(builder().restore(Path.of("/nowhere")), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("restore does not suit");
    }

    @Test
    void configurationsThatEvictDifferentlyHaveDifferentNumbers() {
        try (ClusterState first = state();
                ClusterState same = state();
                ClusterState otherSeed = new ClusterState(builder(), 4);
                ClusterState otherSize = new ClusterState(builder().memoryBytes(1 << 21), 3)) {
            assertThat(same.configuration()).isEqualTo(first.configuration());
            assertThat(otherSeed.configuration()).isNotEqualTo(first.configuration());
            assertThat(otherSize.configuration()).isNotEqualTo(first.configuration());
        }
    }
}
