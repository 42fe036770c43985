// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Helper methods for tests. */
public final class TestSupport {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    private TestSupport() {}

    /** Returns the seed of random tests: {@code -Dflagstone.test.seed}, or a constant. */
    public static long seed() {
        return Long.getLong("flagstone.test.seed", 20_131_125L);
    }

    /**
     * Returns how often a long random test repeats itself: {@code -Dflagstone.test.effort} percent
     * of a number, and at least 1. Without the property, that is the number.
     */
    public static int repetitions(int number) {
        return Math.max(1, (int) (number * Long.getLong("flagstone.test.effort", 100L) / 100));
    }

    /** Returns a value that repeats a letter. */
    public static UnsafeBuffer value(char letter, int length) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) letter);
        return value;
    }

    /** Returns a buffer with a text's bytes in UTF-8. */
    public static UnsafeBuffer bytes(String text) {
        return new UnsafeBuffer(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns a flyweight over a part of a buffer. */
    public static UnsafeBuffer part(DirectBuffer buffer, int offset, int length) {
        return new UnsafeBuffer(buffer, offset, length);
    }

    /** Returns the text in a buffer. */
    public static String string(DirectBuffer buffer) {
        return buffer.getStringWithoutLengthUtf8(0, buffer.capacity());
    }

    /** Fails with the audit's finding unless it is clean. */
    public static void assertClean(OffHeapCache cache) {
        final AuditResult result = cache.audit();
        assertThat(result.clean()).as(result.finding()).isTrue();
    }

    /**
     * Fails with an audit's finding, unless it is about a changed bit that recovery cannot tell
     * from what was stored. A segment in which nothing was under way is kept as it is, so it may
     * have a wrong stamp or deadline, as it may have a wrong value.
     *
     * @param as the case that was tried.
     * @return whether the audit was clean.
     */
    public static boolean assertUsable(AuditResult result, String as) {
        final String finding = result.finding();
        assertThat(
                        result.clean()
                                || finding.contains("stamp")
                                || finding.contains("would be missed"))
                .as("%s: %s", as, finding)
                .isTrue();
        return result.clean();
    }

    /**
     * Throws any exception, checked or not. Callers use {@code throw} with the result to end a
     * branch.
     */
    public static RuntimeException sneak(Throwable thrown) {
        throw TestSupport.<RuntimeException>cast(thrown);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T cast(Throwable thrown) throws T {
        throw (T) thrown;
    }

    /**
     * Returns the smallest number of bytes that this thread allocates in one of several rounds. The
     * later rounds run compiled code. Runs at least 20 rounds, and at most 500 until one allocates
     * nothing.
     */
    public static long allocated(Runnable round) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 20 || i < 500 && least > 0; i++) {
            final long before = THREADS.getCurrentThreadAllocatedBytes();
            round.run();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least;
    }

    /** Waits for a latch without a checked exception. */
    public static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for a thread's end without a checked exception. */
    public static void join(Thread thread) {
        try {
            thread.join();
        } catch (final InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
