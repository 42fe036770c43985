// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.testing.TestSupport.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheClosedException;
import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeHandler;
import io.flagstone.feed.ChangeKind;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The feed of changes: each kind of change, gaps, errors and a close. */
class ChangeFeedTest {
    private static final long EPOCH_NS = TimeUnit.DAYS.toNanos(20_000);
    private static final int RING_BYTES = 1 << 14;
    private static final int LENGTH = 64;
    private static final int PUTS_TO_FILL = 300;

    private final TestClock clock = new TestClock(1_000);
    private final List<String> told = new ArrayList<>();
    private final ChangeHandler handler = this::tell;
    private OffHeapCache cache = open();

    private CacheBuilder builder() {
        return OffHeapCache.builder()
                .memoryBytes(96 << 10)
                .segments(1)
                .slabBytes(1 << 10)
                .maxEntries(24)
                .tickNs(1_000)
                .hashSeed(7)
                .clock(clock)
                .epochClock(() -> EPOCH_NS + clock.nanoTime())
                .errorHandler(thrown -> {})
                .changeFeedBytes(RING_BYTES);
    }

    private OffHeapCache open() {
        return builder().build();
    }

    @AfterEach
    void auditAndClose() {
        if (!cache.isClosed()) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private void tell(Change change) {
        final String key =
                change.keyLength() == 0 ? "" : " " + change.buffer().getLong(change.keyOffset());
        final String value =
                change.valueLength() == 0
                        ? ""
                        : "="
                                + (char) change.buffer().getByte(change.valueOffset())
                                + change.valueLength();
        final String deadline =
                change.deadlineNs() == Change.NO_DEADLINE
                        ? ""
                        : "@" + (change.deadlineNs() - EPOCH_NS);
        told.add(
                change.kind()
                        + (change.isCopy() ? " copy" : "")
                        + (change.cause() == null ? "" : " " + change.cause())
                        + key
                        + value
                        + deadline
                        + (change.isSliding() ? " sliding" : ""));
    }

    private List<String> poll() {
        told.clear();
        while (cache.changeFeed().poll(handler, 7) > 0 || cache.changeFeed().isSynchronising()) {
            Thread.onSpinWait();
        }
        return told;
    }

    private void put(long key, char letter, int length) {
        cache.put(key, value(letter, length), 0, length);
    }

    @Test
    void everyChangeIsTold() {
        put(1, 'a', LENGTH);
        put(1, 'b', LENGTH);
        put(1, 'c', LENGTH - 1);
        cache.setTtl(1, 10_000);
        cache.persist(1);
        cache.update(1, view -> view.setMemory(0, view.capacity(), (byte) 'u'));
        cache.putLong(1, 0, 0x6161616161616161L);
        cache.remove(1);
        cache.put(2, value('d', LENGTH), 0, LENGTH, 5_000);
        clock.advance(10_000);
        cache.doWork();
        put(3, 'e', LENGTH);
        cache.clear();
        assertThat(poll())
                .containsExactly(
                        "PUT 1=a64",
                        "PUT 1=b64",
                        "PUT 1=c63",
                        "DEADLINE 1@11000",
                        "DEADLINE 1",
                        "PUT 1=u63",
                        "PUT 1=a63",
                        "REMOVAL REMOVED 1",
                        "PUT 2=d64@6000",
                        "REMOVAL EXPIRED 2",
                        "PUT 3=e64",
                        "REMOVAL REMOVED 3");
        assertThat(cache.changeFeed().number()).isEqualTo(12);
    }

    @Test
    void whatChangesNothingIsNotTold() {
        put(1, 'a', LENGTH);
        poll();
        cache.putIfAbsent(1, value('b', LENGTH), 0, LENGTH);
        cache.compareAndSet(1, value('b', LENGTH), value('c', LENGTH), 0, LENGTH);
        cache.replace(2, value('b', LENGTH), 0, LENGTH);
        cache.remove(2);
        cache.get(1, value(' ', LENGTH), 0);
        assertThat(poll()).isEmpty();
    }

    @Test
    void evictionsAreTold() {
        for (long key = 1; key <= 25; key++) {
            put(key, 'a', LENGTH);
        }
        assertThat(poll()).contains("REMOVAL EVICTED 1").endsWith("PUT 25=a64");
    }

    @Test
    void slidingDeadlinesAreTold() {
        cache.close();
        cache = builder().expireAfterAccessNs(10_000).promotionDistance(0).build();
        put(1, 'a', LENGTH);
        clock.advance(5_000);
        cache.get(1, value(' ', LENGTH), 0);
        assertThat(poll()).containsExactly("PUT 1=a64@11000 sliding", "DEADLINE 1@16000 sliding");
    }

    @Test
    void aFullRingIsAGap() {
        for (int i = 0; i < PUTS_TO_FILL; i++) {
            put(1, 'a', LENGTH);
        }
        put(1, 'b', LENGTH);
        assertThat(cache.changeFeed().gaps()).isEqualTo(1);
        assertThat(cache.changeFeed().isLosing()).isTrue();
        assertThat(poll()).endsWith("PUT 1=a64", "GAP").hasSizeLessThan(PUTS_TO_FILL);
        put(1, 'c', LENGTH);
        cache.changeFeed().synchronise();
        assertThat(poll()).containsExactly("SYNC_BEGIN", "PUT 1=c64", "PUT copy 1=c64", "SYNC_END");
        assertThat(cache.changeFeed().gaps()).isEqualTo(1);
        assertThat(cache.changeFeed().isLosing()).isFalse();
    }

    @Test
    void aGapGivesASynchronisationUp() {
        for (long key = 1; key <= 20; key++) {
            put(key, 'a', LENGTH);
        }
        poll();
        cache.changeFeed().synchronise();
        cache.changeFeed().poll(handler, 3);
        for (int i = 0; i < PUTS_TO_FILL; i++) {
            put(1, 'b', LENGTH);
        }
        assertThat(poll()).endsWith("GAP").doesNotContain("SYNC_END");
        assertThat(cache.changeFeed().isSynchronising()).isFalse();
    }

    /** The end is in the ring when a change is lost, in some of the rounds. */
    @Test
    void anEndBeforeALossIsNotPassedOn() {
        for (int polls = 1; polls < 30; polls++) {
            cache.close();
            cache = open();
            for (long key = 1; key <= 20; key++) {
                put(key, 'a', LENGTH);
            }
            poll();
            cache.changeFeed().synchronise();
            for (int i = 0; i < polls; i++) {
                cache.changeFeed().poll(handler, 1);
            }
            for (int i = 0; i < PUTS_TO_FILL; i++) {
                put(1, 'b', LENGTH);
            }
            assertThat(poll()).as("%d polls", polls).endsWith("GAP").doesNotContain("SYNC_END");
        }
    }

    @Test
    void aChangeThatFollowsAGapIsTold() {
        for (int i = 0; i < PUTS_TO_FILL; i++) {
            put(1, 'a', LENGTH);
        }
        final ChangeHandler putter =
                change -> {
                    tell(change);
                    if (change.kind() == ChangeKind.GAP) {
                        put(5, 'z', LENGTH);
                    }
                };
        while (cache.changeFeed().poll(putter, 7) > 0) {
            Thread.onSpinWait();
        }
        assertThat(told).endsWith("GAP", "PUT 5=z64");
    }

    /** An Error at each access of a put leaves a feed that is right, or a gap. */
    @Test
    void aWriterThatEndsByAnErrorLeavesNothingUnread() {
        boolean gap = false;
        for (final int length : new int[] {LENGTH, LENGTH - 3}) {
            for (long access = 1; access < 80; access++) {
                cache.close();
                cache = open();
                put(1, 'a', LENGTH);
                put(1, 'b', LENGTH - 1);
                put(1, 'b', LENGTH);
                poll();
                AccessFaults.arm(access, false, new StackOverflowError("injected"));
                try {
                    put(1, 'c', length);
                } catch (final StackOverflowError e) {
                    assertThat(e).hasMessage("injected");
                } finally {
                    AccessFaults.disarm();
                }
                put(2, 'd', LENGTH);
                gap |= poll().contains("GAP");
                final boolean lost = told.contains("GAP");
                final boolean present = cache.contains(1);
                if (!lost) {
                    assertThat(told.contains("REMOVAL REMOVED 1"))
                            .as("access %d: %s", access, told)
                            .isEqualTo(!present);
                }
                put(3, 'e', LENGTH);
                assertThat(poll()).containsExactly("PUT 3=e64");
                assertThat(cache.changeFeed().pendingBytes()).isZero();
                TestSupport.assertClean(cache);
            }
        }
        assertThat(gap).isTrue();
    }

    @Test
    void aHandlersExceptionReachesTheCaller() {
        put(1, 'a', LENGTH);
        put(2, 'b', LENGTH);
        assertThatThrownBy(
                        () ->
                                cache.changeFeed()
                                        .poll(
                                                change -> {
                                                    throw new IllegalArgumentException("thrown");
                                                },
                                                10))
                .hasMessage("thrown");
        assertThat(poll()).containsExactly("PUT 2=b64");
    }

    @Test
    void theHandlerMayCallTheCacheButNotPoll() {
        put(1, 'a', LENGTH);
        cache.changeFeed().poll(change -> cache.remove(1), 1);
        assertThat(poll()).containsExactly("REMOVAL REMOVED 1");
        put(1, 'a', LENGTH);
        assertThatThrownBy(
                        () ->
                                cache.changeFeed()
                                        .poll(change -> cache.changeFeed().poll(handler, 1), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("polls");
    }

    @Test
    void aClosedCachesFeedIsReadToItsEnd() {
        put(1, 'a', LENGTH);
        cache.changeFeed().synchronise();
        cache.close();
        assertThat(cache.changeFeed().poll(handler, 10)).isEqualTo(1);
        assertThat(told).containsExactly("PUT 1=a64");
        assertThatThrownBy(() -> cache.changeFeed().poll(handler, 10))
                .isInstanceOf(CacheClosedException.class);
        assertThatThrownBy(cache.changeFeed()::synchronise)
                .isInstanceOf(CacheClosedException.class);
        assertThat(cache.changeFeed().isSynchronising()).isFalse();
    }

    @Test
    void theRingMustHoldTheLargestEntry() {
        assertThatThrownBy(() -> builder().changeFeedBytes(1 << 12).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "changeFeedBytes must be at least 8192 for entries of up to 1024 bytes:"
                                + " changeFeedBytes=4096");
        assertThatThrownBy(() -> builder().changeFeedBytes(5_000).build())
                .hasMessageContaining("must be a power of two between 4096 and 1073741824");
        try (OffHeapCache least = builder().changeFeedBytes(1 << 13).build()) {
            assertThat(least.changeFeed().capacityBytes()).isEqualTo(1 << 13);
            final int longest = least.changeFeed().maxChangeBytes() - Long.BYTES;
            least.put(1, value('x', longest), 0, longest);
            least.changeFeed().poll(handler, 1);
            assertThat(told).containsExactly("PUT 1=x" + longest);
        }
    }

    @Test
    void aCacheWithoutAFeedHasNone() {
        try (OffHeapCache plain = OffHeapCache.builder().memoryBytes(1 << 20).build()) {
            assertThatThrownBy(plain::changeFeed)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("changeFeedBytes");
        }
    }
}
