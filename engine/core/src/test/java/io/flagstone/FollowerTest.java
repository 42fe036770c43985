// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.flagstone.api.CacheClosedException;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.ReadOnlyCacheException;
import io.flagstone.api.RemovalCause;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeApplier;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cache that follows: what it refuses, what it leaves to the other cache, and its promotion. */
class FollowerTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long WALL = 1_700_000_000L * SECOND;

    /** The operations that leave the entries as they are. A new one must be added here, or fail. */
    private static final Set<String> READS =
            Set.of(
                    "audit",
                    "checkpoint",
                    "close",
                    "configuration",
                    "contains",
                    "digest",
                    "doWork",
                    "endLease",
                    "get",
                    "getLong",
                    "isClosed",
                    "isFollower",
                    "isLeaseCurrent",
                    "memoryReport",
                    "onClose",
                    "onStart",
                    "peek",
                    "read",
                    "remainingTtlNs",
                    "restartReport",
                    "roleName",
                    "scan",
                    "segmentCount",
                    "segmentIndex",
                    "size",
                    "statistics");

    @TempDir Path directory;

    private final TestClock clock = new TestClock(55);
    private final TestClock wallClock = new TestClock(WALL);
    private final List<String> told = new ArrayList<>();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[64]);
    private OffHeapCache cache;
    private ChangeApplier applier;

    @AfterEach
    void auditAndClose() {
        if (cache != null && !cache.isClosed()) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(1 << 20)
                .segments(1)
                .slabBytes(1 << 12)
                .hashSeed(1)
                .clock(clock)
                .epochClock(wallClock::nanoTime);
    }

    private void open(CacheBuilder builder) {
        cache = builder.follower(true).build();
        applier = cache.changeApplier();
    }

    private CacheBuilder handled() {
        return builder()
                .removalHandler((cause, key, value) -> told.add(cause + " " + key.getLong(0)));
    }

    private void advance(long ns) {
        clock.advance(ns);
        wallClock.advance(ns);
    }

    private void put(long key, long number, long deadlineNs, boolean sliding) {
        buffer.putLong(0, key);
        buffer.putLong(8, number);
        applier.put(buffer, 0, 8, 8, 8, deadlineNs, sliding);
    }

    private void put(long key) {
        put(key, key, Change.NO_DEADLINE, false);
    }

    private boolean deadline(long key, long deadlineNs, boolean sliding) {
        buffer.putLong(0, key);
        return applier.deadline(buffer, 0, 8, deadlineNs, sliding);
    }

    private boolean remove(long key, RemovalCause cause) {
        buffer.putLong(0, key);
        return applier.remove(buffer, 0, 8, cause);
    }

    @Test
    void everyWriteOfAUserIsRefused() {
        open(handled());
        for (long key = 0; key < 3; key++) {
            put(key, 0, Change.NO_DEADLINE, false);
        }
        final long digest = cache.digest();
        final Set<String> refused = new TreeSet<>();
        for (final PublicOperation operation : PublicOperation.all()) {
            for (final long key : new long[] {1, 9}) {
                if (operation.name().equals("close") || operation.name().equals("checkpoint")) {
                    continue;
                }
                final Object[] arguments = operation.arguments(Inputs.of(key));
                final Throwable thrown = catchThrowable(() -> operation.call(cache, arguments));
                if (READS.contains(operation.name())) {
                    assertThat(thrown).as(operation.toString()).isNull();
                } else {
                    assertThat(thrown)
                            .as("%s of key %d", operation, key)
                            .isInstanceOf(ReadOnlyCacheException.class)
                            .hasMessageContaining("follows another");
                    refused.add(operation.name());
                }
                assertThat(cache.digest()).as(operation.toString()).isEqualTo(digest);
            }
        }
        assertThat(refused)
                .contains(
                        "put", "putLeased", "getAndRemove", "clear", "lease", "persist", "update");
        assertThat(cache.remainingTtlNs(1)).isEqualTo(OffHeapCache.NO_TTL);
        assertThat(told).isEmpty();
    }

    @Test
    void writesWithMappedMemoryAreRefusedToo() throws IOException {
        open(builder());
        put(1);
        final Path file = directory.resolve("mapped");
        Files.write(file, new byte[64]);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            final MappedByteBuffer map = channel.map(FileChannel.MapMode.READ_WRITE, 0, 64);
            final UnsafeBuffer mapped = new UnsafeBuffer(map);
            for (final long key : new long[] {1, 2}) {
                assertThatExceptionOfType(ReadOnlyCacheException.class)
                        .isThrownBy(() -> cache.getAndRemove(key, mapped, 0));
                assertThatExceptionOfType(ReadOnlyCacheException.class)
                        .isThrownBy(() -> cache.put(key, mapped, 0, 8));
            }
            // Changes may lie in mapped memory, as those do that Aeron receives.
            mapped.putLong(0, 5);
            mapped.putLong(8, 55);
            applier.put(mapped, 0, 8, 8, 8, Change.NO_DEADLINE, false);
            assertThat(cache.getLong(5, 0, -1)).isEqualTo(55);
            assertThat(applier.deadline(mapped, 0, 8, WALL + SECOND, false)).isTrue();
            assertThat(cache.remainingTtlNs(5)).isEqualTo(SECOND);
            assertThat(applier.remove(mapped, 0, 8, RemovalCause.REMOVED)).isTrue();
        }
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.getLong(1, 0, -1)).isEqualTo(1);
    }

    @Test
    void anExpiredEntryIsHiddenAndStays() {
        open(handled());
        put(1, 10, WALL + SECOND, false);
        put(2, 20, WALL - SECOND, false);
        put(3, 30, Long.MIN_VALUE, false);
        assertThat(cache.remainingTtlNs(1)).isEqualTo(SECOND);
        assertThat(cache.contains(2)).as("it had expired before it came").isFalse();
        assertThat(cache.contains(3)).isFalse();
        advance(10 * SECOND);
        for (int i = 0; i < 10; i++) {
            assertThat(cache.doWork()).isZero();
        }
        assertThat(cache.get(1, read, 0)).isEqualTo(OffHeapCache.NOT_FOUND);
        assertThat(cache.read(1, view -> {})).isFalse();
        assertThat(cache.size()).isEqualTo(3);
        put(1, 11, Change.NO_DEADLINE, false);
        assertThat(cache.getLong(1, 0, -1)).isEqualTo(11);
        assertThat(deadline(2, WALL + 11 * SECOND, false)).isTrue();
        assertThat(cache.getLong(2, 0, -1)).isEqualTo(20);
        assertThat(remove(3, RemovalCause.EXPIRED)).isTrue();
        assertThat(remove(3, RemovalCause.EXPIRED)).isFalse();
        assertThat(cache.size()).isEqualTo(2);
        assertThat(told).containsExactly("REPLACED 1", "EXPIRED 3");
        assertThat(cache.statistics().expirations()).isEqualTo(1);
        applier.clear();
        assertThat(cache.size()).isZero();
        assertThat(deadline(2, WALL, false)).isFalse();
    }

    @Test
    void aHitPromotesAndDoesNotRenew() {
        open(builder().expireAfterAccessNs(10 * SECOND).promotionDistance(0).maxEntries(2));
        put(1, 10, WALL + 10 * SECOND, true);
        put(2, 20, WALL + 10 * SECOND, true);
        advance(9 * SECOND);
        assertThat(cache.getLong(1, 0, -1)).isEqualTo(10);
        assertThat(cache.read(1, view -> {})).isTrue();
        assertThat(cache.remainingTtlNs(1)).isEqualTo(SECOND);
        put(3);
        assertThat(cache.contains(2)).as("1 was promoted").isFalse();
        assertThat(applier.ownEvictions()).isEqualTo(1);
        applier.promote();
        assertThat(cache.getLong(1, 0, -1)).isEqualTo(10);
        assertThat(cache.remainingTtlNs(1)).as("now it slides").isEqualTo(10 * SECOND);
    }

    @Test
    void readsOfLateSlidingEntriesTakeNoLock() {
        open(builder().expireAfterAccessNs(10 * SECOND));
        put(1, 10, WALL + 10 * SECOND, true);
        advance(9 * SECOND);
        final long missed = cache.statistics().missedPromotions();
        buffer.putLong(0, 1);
        cache.scan(
                0,
                1,
                (key, value) -> {
                    final Thread reader = new Thread(() -> cache.getLong(1, 0, -1));
                    reader.start();
                    TestSupport.join(reader);
                });
        assertThat(cache.statistics().missedPromotions()).isEqualTo(missed);
    }

    @Test
    void ownEvictionsAreCounted() {
        open(handled().maxEntries(4));
        for (long key = 1; key <= 4; key++) {
            put(key);
        }
        assertThat(remove(1, RemovalCause.EVICTED)).isTrue();
        put(5);
        assertThat(applier.ownEvictions()).isZero();
        put(6);
        deadline(3, WALL, false);
        put(7);
        assertThat(applier.ownEvictions()).as("an expired entry is a loss too").isEqualTo(2);
        assertThat(told).containsExactly("EVICTED 1", "EVICTED 2", "EVICTED 3");
        assertThat(cache.statistics().expirations()).isZero();
        applier.promote();
        cache.put(8, buffer, 0, 8);
        assertThat(applier.ownEvictions()).as("later ones are not").isEqualTo(2);
        cache.close();
        assertThat(applier.ownEvictions()).isEqualTo(2);
    }

    @Test
    void ownResetsAreCounted() {
        int resets = 0;
        boolean failed = true;
        for (long access = 1; failed; access++) {
            open(builder());
            put(1);
            put(2);
            assertThat(applier.ownResets()).isZero();
            failed = putFailsAt(access);
            TestSupport.assertClean(cache);
            assertThat(applier.ownResets()).isEqualTo(cache.statistics().segmentResets());
            resets += (int) applier.ownResets();
            applier.promote();
            cache.close();
            assertThat(applier.ownResets()).isLessThanOrEqualTo(1);
        }
        assertThat(resets).as("some accesses are in the middle of a change").isPositive();
    }

    private boolean putFailsAt(long access) {
        AccessFaults.arm(access, false, new OutOfMemoryError("injected"));
        try {
            put(3);
            return false;
        } catch (final OutOfMemoryError e) {
            return true;
        } finally {
            AccessFaults.disarm();
        }
    }

    @Test
    void aPromotedCacheIsAnOrdinaryOne() {
        open(handled().expiryBudget(3));
        for (long key = 1; key <= 100; key++) {
            put(key, key, WALL + key * SECOND, false);
        }
        assertThat(cache.isFollower()).isTrue();
        advance(50 * SECOND);
        applier.promote();
        applier.promote();
        assertThat(cache.isFollower()).isFalse();
        assertThat(applier.isFollowing()).isFalse();
        assertThatThrownBy(() -> put(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no longer follows");
        assertThatThrownBy(() -> remove(1, RemovalCause.REMOVED)).hasMessageContaining("promoted");
        assertThatThrownBy(() -> deadline(1, WALL, false)).hasMessageContaining("promoted");
        assertThatThrownBy(applier::clear).hasMessageContaining("promoted");
        assertThat(cache.put(1, buffer, 0, 8)).as("1 had expired").isTrue();
        assertThat(told.size()).as("a write reclaims within its budget").isBetween(1, 4);
        for (long key = 2; key <= 50; key++) {
            assertThat(cache.contains(key)).as("nothing comes back").isFalse();
        }
        int calls = 0;
        while (cache.doWork() > 0) {
            calls++;
        }
        assertThat(calls).isGreaterThan(10);
        assertThat(cache.size()).isEqualTo(51);
        advance(50 * SECOND);
        while (cache.doWork() > 0) {
            TestSupport.assertClean(cache);
        }
        assertThat(cache.size()).as("key 1 has no deadline").isEqualTo(1);
    }

    @Test
    void aPromotionWaitsForAChangeAndReadersGoOn() throws Exception {
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch release = new CountDownLatch(1);
        final AtomicReference<Throwable> reentry = new AtomicReference<>();
        open(
                builder()
                        .segments(2)
                        .removalHandler(
                                (cause, key, value) -> {
                                    reentry.set(catchThrowable(applier::clear));
                                    inside.countDown();
                                    TestSupport.await(release);
                                }));
        put(1);
        final Thread changing = new Thread(() -> put(1));
        changing.start();
        inside.await();
        assertThat(reentry.get()).hasMessageContaining("callback");
        assertThatThrownBy(applier::clear).hasMessageContaining("another thread");
        final Thread promoting = new Thread(applier::promote);
        promoting.start();
        while (promoting.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(applier.isFollowing()).isTrue();
        assertThat(cache.contains(2)).isFalse();
        release.countDown();
        promoting.join();
        changing.join();
        assertThat(applier.isFollowing()).isFalse();
        assertThat(cache.put(2, buffer, 0, 8)).isTrue();
    }

    @Test
    void promotionAmongReadersLosesAndInventsNothing() throws Exception {
        for (int round = 0; round < 30; round++) {
            open(builder().segments(2).expireAfterAccessNs(10 * SECOND));
            for (long key = 0; key < 200; key++) {
                put(key, key, key % 2 == 0 ? WALL + SECOND : WALL + 100 * SECOND, key % 3 == 0);
            }
            clock.advance(5 * SECOND);
            final AtomicReference<Throwable> failure = new AtomicReference<>();
            final CountDownLatch begun = new CountDownLatch(2);
            final List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                final Thread reader =
                        new Thread(
                                () -> {
                                    begun.countDown();
                                    for (int n = 0; n < 20_000; n++) {
                                        final long key = n % 200;
                                        final long expected = key % 2 == 0 ? -1 : key;
                                        if (cache.getLong(key, 0, -1) != expected) {
                                            failure.set(new AssertionError("key " + key));
                                        }
                                        if (n % 100 == 0) {
                                            cache.doWork();
                                        }
                                    }
                                });
                reader.start();
                threads.add(reader);
            }
            begun.await();
            applier.promote();
            assertThat(cache.put(1_000, buffer, 0, 8)).isTrue();
            for (final Thread thread : threads) {
                thread.join();
            }
            assertThat(failure.get()).isNull();
            while (cache.doWork() > 0) {
                TestSupport.assertClean(cache);
            }
            assertThat(cache.size()).isEqualTo(101);
            auditAndClose();
        }
    }

    @Test
    void theApplierChecksItsArguments() {
        open(builder());
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> applier.put(buffer, 0, 0, 0, 1, 0, false));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> applier.remove(buffer, 0, 70_000, RemovalCause.REMOVED));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> applier.remove(buffer, 0, 8, null));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> applier.put(buffer, 0, 8, 60, 8, 0, false));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> applier.deadline(buffer, 60, 8, 0, false));
        final UnsafeBuffer large = new UnsafeBuffer(new byte[1 << 20]);
        assertThatExceptionOfType(EntryTooLargeException.class)
                .isThrownBy(() -> applier.put(large, 0, 8, 8, (1 << 20) - 8, 0, false));
        put(1);
        assertThat(cache.size()).as("the refused ones left no lock").isEqualTo(1);
        cache.close();
        assertThatExceptionOfType(CacheClosedException.class).isThrownBy(() -> put(1));
        assertThatExceptionOfType(CacheClosedException.class).isThrownBy(applier::promote);
        assertThat(applier.isFollowing()).isTrue();
    }

    @Test
    void aCallbackOfTheCacheMustNotUseTheApplier() {
        open(builder());
        put(1);
        final List<Throwable> thrown = new ArrayList<>();
        cache.read(
                1,
                view -> {
                    thrown.add(catchThrowable(() -> put(2)));
                    thrown.add(catchThrowable(() -> remove(1, RemovalCause.REMOVED)));
                    thrown.add(catchThrowable(applier::promote));
                    thrown.add(catchThrowable(() -> applier.clear()));
                });
        assertThat(thrown)
                .hasSize(4)
                .allSatisfy(one -> assertThat(one).hasMessageContaining("re-entry"));
        assertThat(applier.isFollowing()).isTrue();
        put(2);
    }

    @Test
    void anOrdinaryCacheHasNoApplier() {
        cache = builder().build();
        assertThat(cache.isFollower()).isFalse();
        assertThatThrownBy(cache::changeApplier)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("follower(true)");
    }

    @Test
    void theWallClockMayBeAdjusted() {
        open(builder());
        put(1, 1, WALL + 100 * SECOND, false);
        clock.advance(SECOND);
        wallClock.advance(11 * SECOND);
        put(2, 2, WALL + 100 * SECOND, false);
        assertThat(cache.remainingTtlNs(1)).isEqualTo(99 * SECOND);
        assertThat(cache.remainingTtlNs(2)).as("by the adjusted clock").isEqualTo(89 * SECOND);
    }

    @Test
    void aCheckpointIsRestoredWithExpiredEntries() throws IOException {
        cache = builder().build();
        cache.put(1, buffer, 0, 8, SECOND);
        cache.put(2, buffer, 0, 8);
        cache.checkpoint(directory);
        cache.close();
        advance(10 * SECOND);
        open(builder().restore(directory));
        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.contains(1)).isFalse();
        assertThat(cache.restartReport().orElseThrow().expired()).isZero();
        // The next change of the feed: the deadline was extended before it passed.
        assertThat(deadline(1, WALL + 20 * SECOND, false)).isTrue();
        assertThat(cache.remainingTtlNs(1)).isEqualTo(10 * SECOND);
        deadline(1, WALL + 9 * SECOND, false);
        final Path other = directory.resolve("of the follower");
        assertThat(cache.checkpoint(other).entries()).as("with the expired one").isEqualTo(2);
    }

    @Test
    void aFollowerMayHaveADirectoryAndAFeed() {
        open(builder().directory(directory).changeFeedBytes(1 << 16));
        put(1);
        cache.close();
        open(builder().directory(directory).changeFeedBytes(1 << 16));
        assertThat(cache.getLong(1, 0, -1)).isEqualTo(1);
        put(2);
        applier.promote();
        assertThat(cache.remove(1)).isTrue();
    }

    /** A follower's follower needs them too: the first cache may extend their deadlines. */
    @Test
    void aSynchronisationTellsExpiredEntriesOfAFollower() {
        open(builder().changeFeedBytes(1 << 16));
        put(1, 7, WALL + SECOND, false);
        advance(2 * SECOND);
        final List<String> passed = new ArrayList<>();
        cache.changeFeed().poll(change -> passed.add(change.kind().name()), 10);
        assertThat(passed).containsExactly("PUT");
        passed.clear();
        cache.changeFeed().synchronise();
        while (cache.changeFeed().isSynchronising()) {
            cache.changeFeed()
                    .poll(change -> passed.add(change.kind() + " " + change.deadlineNs()), 10);
        }
        assertThat(passed)
                .containsExactly(
                        "SYNC_BEGIN " + Change.NO_DEADLINE,
                        "PUT " + (WALL + SECOND),
                        "SYNC_END " + Change.NO_DEADLINE);
    }

    @Test
    void theDigestIsOfLiveKeysAndValues() {
        cache = builder().build();
        assertThat(cache.digest()).isZero();
        try (OffHeapCache other =
                builder().hashSeed(99).segments(8).follower(true).memoryBytes(2 << 20).build()) {
            applier = other.changeApplier();
            for (long key = 999; key >= 0; key--) {
                put(key, key * 3, key % 2 == 0 ? WALL + 1_000 * SECOND : Change.NO_DEADLINE, false);
            }
            put(5_000, 1, WALL - 1, false);
            for (long key = 0; key < 1_000; key++) {
                buffer.putLong(0, key * 3);
                cache.put(key, buffer, 0, 8);
            }
            assertThat(other.digest()).isEqualTo(cache.digest());
            put(7, 8, Change.NO_DEADLINE, false);
            put(8, 7, Change.NO_DEADLINE, false);
            final long digest = other.digest();
            assertThat(digest).isNotEqualTo(cache.digest());
            put(7, 7, Change.NO_DEADLINE, false);
            put(8, 8, Change.NO_DEADLINE, false);
            assertThat(other.digest()).as("which value belongs to which key").isNotEqualTo(digest);
            put(7, 21, Change.NO_DEADLINE, false);
            put(8, 24, Change.NO_DEADLINE, false);
            assertThat(other.digest()).isEqualTo(cache.digest());
            remove(8, RemovalCause.REMOVED);
            assertThat(other.digest()).isNotEqualTo(cache.digest());
            TestSupport.assertClean(other);
        }
    }

    @Test
    void changesAllocateNothing() {
        open(builder().memoryBytes(4 << 20).changeFeedBytes(1 << 16));
        final long allocated =
                TestSupport.allocated(
                        () -> {
                            for (long key = 0; key < 1_000; key++) {
                                put(key, key, wallClock.nanoTime() + key * SECOND, key % 2 == 0);
                                deadline(key, wallClock.nanoTime() + SECOND, false);
                                remove(key / 2, RemovalCause.EXPIRED);
                                advance(1_000_000);
                            }
                            applier.clear();
                        });
        assertThat(allocated).isZero();
    }
}
