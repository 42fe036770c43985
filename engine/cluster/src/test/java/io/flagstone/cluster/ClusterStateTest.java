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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.YieldingIdleStrategy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Saves a cache to a publication and loads it from there, without a cluster. */
class ClusterStateTest {
    private static final int STREAM = 5;
    private static final String CHANNEL = "aeron:ipc?term-length=16m";

    /** More than that has no room without a reader. */
    private static final String SHORT_TERMS = "aeron:ipc?term-length=64k";

    /** A block is one fragment here. */
    private static final String LONG_FRAGMENTS = CHANNEL + "|mtu=65504";

    private MediaDriver driver;
    private Aeron aeron;
    private final YieldingIdleStrategy idle = new YieldingIdleStrategy();
    private final UnsafeBuffer value = new UnsafeBuffer(new byte[100_000]);
    private final Random random = new Random(TestSupport.seed());
    private String channel = CHANNEL;

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
        try (Subscription subscription = aeron.addSubscription(channel, STREAM);
                Subscription copies = aeron.addSubscription(channel, STREAM + 1)) {
            final int copied;
            try (ExclusivePublication publication = aeron.addExclusivePublication(channel, STREAM);
                    ExclusivePublication copy =
                            aeron.addExclusivePublication(channel, STREAM + 1)) {
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

    /** The ways to fill the second cache: in a thread, in none, and in one that cannot start. */
    private static List<ThreadFactory> loaders() {
        return Arrays.asList(
                ClusterState.LOADERS,
                Thread::new,
                null,
                task -> null,
                task -> {
                    throw new IllegalStateException("no thread");
                });
    }

    @Test
    void theStateDoesNotDependOnTheThreads() {
        final long seed = random.nextLong();
        for (final String each : List.of(CHANNEL, LONG_FRAGMENTS)) {
            channel = each;
            long first = 0;
            long second = 0;
            for (final ThreadFactory threads : loaders()) {
                try (ClusterState saved = new ClusterState(builder(), 3, threads);
                        ClusterState loaded = state();
                        ClusterState last = state()) {
                    operate(saved, seed, 6_000);
                    transfer(saved, loaded, fragment -> {});
                    first = first == 0 ? saved.digest() : first;
                    assertThat(saved.digest()).as("seed %d", seed).isEqualTo(first);
                    operate(saved, seed + 1, 6_000);
                    transfer(saved, last, fragment -> {});
                    second = second == 0 ? saved.digest() : second;
                    assertThat(saved.digest()).as("seed %d", seed).isEqualTo(second);
                    TestSupport.assertClean(saved.cache());
                }
            }
        }
    }

    @Test
    void valuesThatAreLongerThanABlockAreSaved() {
        final CacheBuilder builder =
                OffHeapCache.builder().memoryBytes(32 << 20).segments(2).slabBytes(1 << 18);
        for (final String each : List.of(CHANNEL, LONG_FRAGMENTS)) {
            channel = each;
            try (ClusterState saved = new ClusterState(builder, 3);
                    ClusterState loaded = new ClusterState(builder, 3)) {
                final int[] lengths = new int[90];
                for (int i = 0; i < 180; i++) {
                    final int length = random.nextInt(4) == 0 ? random.nextInt(100_000) : i % 70;
                    value.setMemory(0, length, (byte) i);
                    saved.cache().put(i % 90, value, 0, length);
                    lengths[i % 90] = length;
                }
                transfer(saved, loaded, fragment -> {});
                assertThat(loaded.digest()).isEqualTo(saved.digest());
                for (final ClusterState state : List.of(saved, loaded)) {
                    for (int key = 0; key < 90; key++) {
                        final UnsafeBuffer expected = new UnsafeBuffer(new byte[lengths[key]]);
                        expected.setMemory(0, lengths[key], (byte) (90 + key));
                        assertThat(state.cache().get(key, value, 0)).isEqualTo(lengths[key]);
                        assertThat(new UnsafeBuffer(value, 0, lengths[key]))
                                .as("key %d", key)
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void aSnapshotThatCannotBeWrittenLeavesTheStateOfOneThatCan() {
        final long seed = random.nextLong();
        for (final ThreadFactory threads : loaders()) {
            try (ClusterState whole = state();
                    ClusterState loaded = state();
                    ClusterState failed = new ClusterState(builder(), 3, threads)) {
                operate(whole, seed, 6_000);
                operate(failed, seed, 6_000);
                transfer(whole, loaded, fragment -> {});
                try (ExclusivePublication publication =
                        aeron.addExclusivePublication(channel, STREAM)) {
                    assertThatThrownBy(() -> failed.save(publication, idle))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageStartingWith("the snapshot cannot be written: ");
                }
                assertThat(failed.digest()).as("seed %d", seed).isEqualTo(whole.digest());
                assertThat(failed.entries()).isEqualTo(whole.entries());
                assertGoOnAlike(whole, failed, seed);
            }
        }
    }

    @Test
    void aServiceThatIsEndedWhileItSavesHasTheStateOfOneThatIsNot() {
        final long seed = random.nextLong();
        final IdleStrategy ending = new EndingIdleStrategy();
        try (ClusterState whole = state();
                ClusterState loaded = state();
                ClusterState ended = state();
                Subscription subscription = aeron.addSubscription(SHORT_TERMS, STREAM);
                ExclusivePublication publication =
                        aeron.addExclusivePublication(SHORT_TERMS, STREAM)) {
            operate(whole, seed, 6_000);
            operate(ended, seed, 6_000);
            transfer(whole, loaded, fragment -> {});
            image(subscription, publication.sessionId());
            assertThatThrownBy(() -> ended.save(publication, ending))
                    .isInstanceOf(AgentTerminationException.class);
            assertGoOnAlike(whole, ended, seed);
        }
    }

    @Test
    void aServiceThatIsEndedWhileItWaitsForItsThreadHasTheStateOfOneThatIsNot()
            throws InterruptedException {
        final long seed = random.nextLong();
        final CountDownLatch waiting = new CountDownLatch(1);
        final AtomicBoolean returned = new AtomicBoolean();
        final AtomicBoolean late = new AtomicBoolean();
        final List<Thread> started = new ArrayList<>();
        final ThreadFactory threads =
                task -> {
                    final Runnable delayed =
                            () -> {
                                awaitQuietly(waiting);
                                for (int i = 0; i < 1_000 && !returned.get(); i++) {
                                    Thread.yield();
                                }
                                late.set(returned.get());
                                task.run();
                            };
                    started.add(new Thread(started.isEmpty() ? delayed : task));
                    return started.get(started.size() - 1);
                };
        final IdleStrategy ending =
                new EndingIdleStrategy() {
                    @Override
                    public void idle() {
                        waiting.countDown();
                        super.idle();
                    }
                };
        try (ClusterState whole = state();
                ClusterState loaded = state();
                ClusterState ended = new ClusterState(builder(), 3, threads);
                Subscription subscription = aeron.addSubscription(channel, STREAM + 2);
                ExclusivePublication publication =
                        aeron.addExclusivePublication(channel, STREAM + 2)) {
            operate(whole, seed, 6_000);
            operate(ended, seed, 6_000);
            transfer(whole, loaded, fragment -> {});
            image(subscription, publication.sessionId());
            assertThatThrownBy(() -> ended.save(publication, ending))
                    .isInstanceOf(AgentTerminationException.class);
            returned.set(true);
            started.get(0).join();
            assertThat(late).as("the thread began after the end").isFalse();
            assertThat(ended.digest()).as("seed %d", seed).isEqualTo(whole.digest());
            assertGoOnAlike(whole, ended, seed);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aBlockIsOneFragmentOfAMembersChannel() {
        for (final int term : new int[] {64 << 10, 128 << 10, 1 << 20, 4 << 20, 64 << 20}) {
            final String members =
                    new PartSettings(new ClusterMemberContext().snapshotTermBytes(term))
                            .snapshotChannel();
            try (ExclusivePublication publication =
                    aeron.addExclusivePublication(members, STREAM)) {
                assertThat(publication.termBufferLength()).isEqualTo(term);
                assertThat(publication.maxPayloadLength())
                        .isEqualTo(Math.min(65_472, term / 8 - 32));
            }
        }
    }

    /** Ends the service that waits. */
    private static class EndingIdleStrategy implements IdleStrategy {
        @Override
        public void idle(int workCount) {
            idle();
        }

        @Override
        public void idle() {
            throw new AgentTerminationException("ended");
        }

        @Override
        public void reset() {
            // There is no state.
        }
    }

    private void assertGoOnAlike(ClusterState first, ClusterState second, long seed) {
        operate(first, seed + 1, 6_000);
        operate(second, seed + 1, 6_000);
        try (ClusterState ignored = state();
                ClusterState alsoIgnored = state()) {
            transfer(first, ignored, fragment -> {});
            transfer(second, alsoIgnored, fragment -> {});
        }
        assertThat(second.digest()).as("seed %d", seed).isEqualTo(first.digest());
        TestSupport.assertClean(second.cache());
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
