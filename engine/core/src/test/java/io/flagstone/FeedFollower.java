// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.feed.Change;
import io.flagstone.feed.ChangeFeed;
import io.flagstone.feed.ChangeHandler;
import io.flagstone.feed.ChangeKind;
import io.flagstone.testing.TestClock;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;

/**
 * A model that follows a feed: a map from keys to values with their deadlines. It checks that each
 * change fits the state before it, and that a synchronisation ends with the state that it has
 * anyway if it followed from before.
 */
final class FeedFollower implements ChangeHandler {
    private static final int LIMIT = 64;

    /** A value and its deadline. */
    private record Entry(String value, long deadlineNs) {
        boolean isExpired(long nowNs) {
            return deadlineNs <= nowNs;
        }

        /** Returns the text that {@link ImageTaker#contents} has for it. */
        @Override
        public String toString() {
            return value + (deadlineNs == Change.NO_DEADLINE ? "" : "@" + deadlineNs);
        }
    }

    private final ChangeFeed feed;
    private final TestClock clock;

    /** The state that the follower has, or {@code null} if it must wait for a synchronisation. */
    private Map<String, Entry> state = new HashMap<>();

    /** The state of a follower that joined at the last synchronisation, or {@code null}. */
    private Map<String, Entry> joined;

    private boolean lacksExpired;
    private long number;
    int gaps;
    int synchronisations;
    int copies;

    /**
     * Follows a feed from its beginning.
     *
     * @param clock the cache's, and its wall clock.
     */
    FeedFollower(ChangeFeed feed, TestClock clock) {
        this.feed = feed;
        this.clock = clock;
    }

    /** Returns whether the follower has the state of the cache, once the feed is drained. */
    boolean isFollowing() {
        return state != null;
    }

    /** Reads until the feed has nothing more. */
    void drain() {
        while (feed.poll(this, LIMIT) > 0 || feed.isSynchronising()) {
            Thread.onSpinWait();
        }
    }

    @Override
    public void onChange(Change change) {
        assertThat(change.number()).isEqualTo(++number);
        switch (change.kind()) {
            case GAP -> {
                gaps++;
                state = null;
                joined = null;
            }
            case SYNC_BEGIN -> {
                assertThat(joined).as("the synchronisation before").isNull();
                joined = new HashMap<>();
            }
            case SYNC_END -> end();
            default -> apply(change);
        }
    }

    private void end() {
        assertThat(joined).as("a synchronisation that began").isNotNull();
        synchronisations++;
        if (state == null) {
            state = joined;
            // The copies leave expired entries out. Their removal is told later.
            lacksExpired = true;
        } else {
            final Map<String, Entry> followed = new HashMap<>(state);
            followed.entrySet()
                    .removeIf(
                            one ->
                                    !joined.containsKey(one.getKey())
                                            && one.getValue().isExpired(clock.nanoTime()));
            assertThat(joined).isEqualTo(followed);
        }
        joined = null;
    }

    private void apply(Change change) {
        final String key = latin(change.buffer(), change.keyOffset(), change.keyLength());
        final Entry entry =
                change.kind() == ChangeKind.PUT
                        ? new Entry(
                                latin(change.buffer(), change.valueOffset(), change.valueLength()),
                                change.deadlineNs())
                        : null;
        assertThat(change.cause() != null).isEqualTo(change.kind() == ChangeKind.REMOVAL);
        if (change.isCopy()) {
            copies++;
            if (state != null) {
                assertThat(state).as("copy").containsEntry(key, entry);
            }
        } else if (state != null) {
            apply(state, change, key, entry);
        }
        if (joined != null) {
            apply(joined, change, key, entry);
        }
    }

    private void apply(Map<String, Entry> to, Change change, String key, Entry entry) {
        switch (change.kind()) {
            case PUT -> to.put(key, entry);
            case REMOVAL -> {
                final boolean present = to.remove(key) != null;
                assertThat(present || to == joined || lacksExpired)
                        .as("removal of " + key)
                        .isTrue();
            }
            default -> {
                final Entry before = to.get(key);
                assertThat(before != null || to == joined).as("deadline of " + key).isTrue();
                if (before != null) {
                    to.put(key, new Entry(before.value, change.deadlineNs()));
                }
            }
        }
    }

    private static String latin(DirectBuffer buffer, int offset, int length) {
        final byte[] bytes = new byte[length];
        buffer.getBytes(offset, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Returns the entries that have not expired, as {@link ImageTaker#contents} has them. */
    Map<String, String> live() {
        final Map<String, String> live = new HashMap<>();
        state.forEach(
                (key, entry) -> {
                    if (!entry.isExpired(clock.nanoTime())) {
                        live.put(key, entry.toString());
                    }
                });
        return live;
    }
}
