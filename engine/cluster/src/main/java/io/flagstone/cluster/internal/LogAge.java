// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.EpochClock;
import org.agrona.concurrent.NanoClock;

/**
 * How old the state of a member may be: the time since the last event of the log that it has
 * applied was appended.
 *
 * <p>An event that this member has not applied was appended after that one. So the state has
 * everything that was appended more than the age ago, on the leader as on any other member, and
 * whatever the reason is why nothing came after it: the member is cut off, was paused, replays the
 * log, or has no leader.
 *
 * <p>Nobody tells a member when an event was appended, except for the event's time, which is that
 * of the leader's wall clock. The age is the larger one of two estimates:
 *
 * <ul>
 *   <li>this machine's wall clock now, less the event's time;
 *   <li>this machine's wall clock when the event was applied, less the event's time, but at least
 *       0, and to that the time since then by the monotonic clock.
 * </ul>
 *
 * <p>If this machine's wall clock is behind the leader's by some error, the second one is too small
 * by at most that error, and by no more than the event was under way. If it is ahead, the age is
 * too large. A wall clock that is set back between two events makes no state younger. Neither does
 * a monotonic clock that stops with the machine, if the wall clock goes on.
 *
 * <p>One thread applies events; any thread may ask. Allocates nothing.
 */
public final class LogAge {
    /** The age before the first event. */
    public static final long UNKNOWN_NS = Long.MAX_VALUE;

    private final NanoClock monotonic;
    private final EpochClock wall;

    /** The latest moment of the monotonic clock from which the state lacks nothing. */
    private volatile long freshAtNs;

    /** The time of the last event by the leader's clock. */
    private volatile long eventNs;

    private volatile boolean known;

    /**
     * Creates the age of a state without events.
     *
     * @param monotonic a clock that is never set.
     * @param wall this machine's clock, as the leader's in milliseconds since 1970.
     */
    public LogAge(NanoClock monotonic, EpochClock wall) {
        this.monotonic = monotonic;
        this.wall = wall;
    }

    /**
     * Notes that an event was applied.
     *
     * @param timeNs the earliest moment at which it may have been appended, in nanoseconds since
     *     1970 by the leader's clock.
     */
    public void applied(long timeNs) {
        // If the thread is held up between the clocks, the age becomes larger, not smaller.
        final long nowNs = monotonic.nanoTime();
        final long wallNs = TimeUnit.MILLISECONDS.toNanos(wall.time());
        eventNs = timeNs;
        freshAtNs = nowNs - Math.max(0, wallNs - timeNs);
        known = true;
    }

    /**
     * Returns the age of the state.
     *
     * @return nanoseconds, or {@link #UNKNOWN_NS} before the first event.
     */
    public long ns() {
        if (!known) {
            return UNKNOWN_NS;
        }
        // Before the clocks: an event that comes meanwhile makes the state younger than it says.
        final long freshNs = freshAtNs;
        final long timeNs = eventNs;
        final long sinceNs = monotonic.nanoTime() - freshNs;
        final long wallNs = TimeUnit.MILLISECONDS.toNanos(wall.time()) - timeNs;
        return Math.max(0, Math.max(sinceNs, wallNs));
    }
}
