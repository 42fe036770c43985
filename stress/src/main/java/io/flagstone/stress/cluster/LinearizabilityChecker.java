// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides whether the calls on one key are linearizable: whether each can be given a moment between
 * its begin and its end, so that the results are those of one thread that makes the calls at these
 * moments.
 *
 * <p>The search of Wing and Gong, with Lowe's memory of what it has seen: it takes calls that may
 * come next, and goes back when it meets the end of a call that it has not taken. It does not visit
 * a set of taken calls with the same state twice. A call that has not returned ends last, so it may
 * be taken at any time after its begin.
 */
final class LinearizabilityChecker {
    private final List<Call> calls;
    private final Event head = new Event(-1, false);
    private final BitSet taken = new BitSet();
    private final Set<Seen> seen = new HashSet<>();
    private final Deque<Step> steps = new ArrayDeque<>();
    private int longest;
    private Call stuck;

    private LinearizabilityChecker(List<Call> calls) {
        this.calls = calls;
    }

    /** The begin or the end of a call, in a list by time. */
    private static final class Event {
        final int call;
        final boolean begins;
        Event end;
        Event previous;
        Event next;

        Event(int call, boolean begins) {
            this.call = call;
            this.begins = begins;
        }

        void remove() {
            previous.next = next;
            if (next != null) {
                next.previous = previous;
            }
        }

        void restore() {
            previous.next = this;
            if (next != null) {
                next.previous = this;
            }
        }
    }

    /** A set of taken calls with the state after them. */
    private record Seen(BitSet taken, long state) {}

    /** A call that was taken, with the state before. */
    private record Step(Event begin, long state) {}

    /**
     * Checks the calls on one key, which is absent at first.
     *
     * @return null if they are linearizable; otherwise a call that fits nowhere, in words.
     */
    static String check(List<Call> calls) {
        return new LinearizabilityChecker(calls).search();
    }

    private void link() {
        final List<Event> events = new ArrayList<>();
        for (int i = 0; i < calls.size(); i++) {
            final Event begin = new Event(i, true);
            begin.end = new Event(i, false);
            events.add(begin);
            events.add(begin.end);
        }
        // A begin comes before an end of the same time: then the calls overlap.
        events.sort(
                Comparator.<Event>comparingLong(
                                e ->
                                        e.begins
                                                ? calls.get(e.call).beginNs()
                                                : calls.get(e.call).endNs())
                        .thenComparing(e -> !e.begins));
        Event last = head;
        for (final Event event : events) {
            last.next = event;
            event.previous = last;
            last = event;
        }
    }

    private String search() {
        link();
        long state = Call.ABSENT;
        Event event = head.next;
        while (head.next != null) {
            if (event.begins) {
                final long next = calls.get(event.call).apply(state);
                if (next != Call.IMPOSSIBLE && isNew(event.call, next)) {
                    steps.push(new Step(event, state));
                    state = next;
                    event.remove();
                    event.end.remove();
                    event = head.next;
                } else {
                    event = event.next;
                }
            } else {
                if (steps.size() >= longest) {
                    longest = steps.size();
                    stuck = calls.get(event.call);
                }
                if (steps.isEmpty()) {
                    return stuck
                            + " fits nowhere after "
                            + longest
                            + " of "
                            + calls.size()
                            + " calls";
                }
                final Step step = steps.pop();
                state = step.state();
                taken.clear(step.begin().call);
                step.begin().end.restore();
                step.begin().restore();
                event = step.begin().next;
            }
        }
        return null;
    }

    /** Takes a call, unless the search has been there. */
    private boolean isNew(int call, long next) {
        taken.set(call);
        if (seen.add(new Seen((BitSet) taken.clone(), next))) {
            return true;
        }
        taken.clear(call);
        return false;
    }
}
