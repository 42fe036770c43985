// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** How the soak ends: clean, or with the first violation, which is the one that is told. */
final class SoakOutcome {
    private final AtomicReference<String> violation = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Ends the soak with a violation, unless another one has. */
    void fail(Throwable thrown, String where) {
        final StringWriter text = new StringWriter();
        if (thrown instanceof Violation) {
            text.append(thrown.getMessage()).append('\n');
            append(text, where);
            for (final StackTraceElement element : thrown.getStackTrace()) {
                text.append("    at ").append(element.toString()).append('\n');
            }
        } else {
            text.append("an exception that no operation may throw\n");
            append(text, where);
            thrown.printStackTrace(new PrintWriter(text, true));
        }
        violation.compareAndSet(null, text.toString());
        ended.countDown();
    }

    private static void append(StringWriter text, String where) {
        text.append("  where     ").append(where).append('\n');
    }

    /** Ends the soak. */
    void finish() {
        ended.countDown();
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /** Whether the soak has ended, for which this waits at most the given time. */
    boolean await(long milliseconds) throws InterruptedException {
        return ended.await(milliseconds, TimeUnit.MILLISECONDS);
    }

    /** What was found, or null if nothing was. */
    String violation() {
        return violation.get();
    }
}
