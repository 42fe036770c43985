// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** The end of the soak: clean, or with the first violation. Later violations are dropped. */
final class SoakOutcome {
    private final AtomicReference<String> violation = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Ends the soak with a violation, unless it already has one. */
    void fail(Throwable thrown, String where) {
        final StringWriter text = new StringWriter();
        if (thrown instanceof Violation) {
            text.append(thrown.getMessage()).append('\n');
            append(text, where);
            for (final StackTraceElement element : thrown.getStackTrace()) {
                text.append("    at ").append(element.toString()).append('\n');
            }
        } else {
            text.append("an unexpected exception\n");
            append(text, where);
            thrown.printStackTrace(new PrintWriter(text, true));
        }
        violation.compareAndSet(null, text.toString());
        ended.countDown();
    }

    private static void append(StringWriter text, String where) {
        text.append("  where     ").append(where).append('\n');
    }

    /** Ends the soak without a violation. */
    void finish() {
        ended.countDown();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Waits up to the given time for the soak to end; returns whether it has ended. */
    boolean await(long milliseconds) throws InterruptedException {
        return ended.await(milliseconds, TimeUnit.MILLISECONDS);
    }

    /** Returns the first violation, or null if there is none. */
    String violation() {
        return violation.get();
    }
}
