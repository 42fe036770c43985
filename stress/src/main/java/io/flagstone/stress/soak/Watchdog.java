// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Finds a thread that makes no progress, and reports the stacks of all threads. */
final class Watchdog {
    private final List<? extends WatchedTask> watched;
    private final long limitNs;
    private final long[] progress;
    private final long[] changedNs;

    Watchdog(List<? extends WatchedTask> watched, long limitNs) {
        this.watched = watched;
        this.limitNs = limitNs;
        this.progress = new long[watched.size()];
        this.changedNs = new long[watched.size()];
        Arrays.fill(changedNs, System.nanoTime());
    }

    /**
     * Checks all tasks.
     *
     * @throws Violation if one has made no progress for too long.
     */
    void check() {
        final long now = System.nanoTime();
        for (int i = 0; i < progress.length; i++) {
            final WatchedTask task = watched.get(i);
            final long current = task.progress();
            if (current != progress[i] || task.idle()) {
                progress[i] = current;
                changedNs[i] = now;
            } else if (now - changedNs[i] > limitNs) {
                throw new Violation(
                        "a thread hangs: " + task.describe(),
                        "progress within " + limitNs / 1_000_000_000.0 + " s",
                        "none; all stacks:\n" + stacks());
            }
        }
    }

    private static String stacks() {
        final StringBuilder text = new StringBuilder();
        for (final Map.Entry<Thread, StackTraceElement[]> thread :
                Thread.getAllStackTraces().entrySet()) {
            text.append(thread.getKey().getName())
                    .append(' ')
                    .append(thread.getKey().getState())
                    .append('\n');
            for (final StackTraceElement element : thread.getValue()) {
                text.append("    at ").append(element).append('\n');
            }
        }
        return text.toString();
    }
}
