// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

/**
 * Lets a test end an operation at any of its accesses to a region: from the n-th access on, or at
 * that one alone, the arming thread gets an Error of the test's choice.
 *
 * <p>Only a JVM with {@code -Dflagstone.bounds.checks=true} counts accesses. Elsewhere nothing of
 * this is compiled into the accessors.
 *
 * <p>One thread arms at a time; accesses of other threads pass.
 */
public final class AccessFaults {
    private static volatile Thread armed;
    private static long accesses;
    private static long failAt;
    private static boolean lasting;
    private static Error error;

    private AccessFaults() {}

    /**
     * Arms the calling thread.
     *
     * @param access which of its accesses fails, from 1.
     * @param lasting whether all later ones fail too, as they do without stack.
     * @param error what is thrown.
     */
    public static void arm(long access, boolean lasting, Error error) {
        AccessFaults.accesses = 0;
        AccessFaults.failAt = access;
        AccessFaults.lasting = lasting;
        AccessFaults.error = error;
        armed = Thread.currentThread();
    }

    /**
     * Lets accesses pass again.
     *
     * @return how many there were since {@link #arm}.
     */
    public static long disarm() {
        armed = null;
        return accesses;
    }

    /** Counts an access of the calling thread. */
    static void access() {
        if (armed == Thread.currentThread()) {
            accesses++;
            if (accesses == failAt || lasting && accesses > failAt) {
                throw error;
            }
        }
    }
}
