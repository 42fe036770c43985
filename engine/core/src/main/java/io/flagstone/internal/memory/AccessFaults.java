// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

/**
 * Injects faults into accesses to regions, for tests. The thread that armed it gets an Error of the
 * test's choice at its n-th access, or at that access and all later ones. Instead of a fault, an
 * action may run at that access, such as a write by another thread would be.
 *
 * <p>Accesses are counted only in a JVM with {@code -Dflagstone.bounds.checks=true}. Otherwise the
 * accessors contain none of this code once compiled.
 *
 * <p>One thread can arm at a time. Accesses of other threads are not affected.
 */
public final class AccessFaults {
    private static volatile Thread armed;
    private static long accesses;
    private static long failAt;
    private static boolean lasting;
    private static Error error;
    private static Runnable action;

    private AccessFaults() {}

    /**
     * Arms the calling thread.
     *
     * @param access the number of the access that fails, from 1.
     * @param lasting whether all later accesses fail too, as they do when the stack is full.
     * @param error the Error to throw.
     */
    public static void arm(long access, boolean lasting, Error error) {
        AccessFaults.accesses = 0;
        AccessFaults.failAt = access;
        AccessFaults.lasting = lasting;
        AccessFaults.error = error;
        armed = Thread.currentThread();
    }

    /**
     * Arms the calling thread with an action.
     *
     * @param access the number of the access before which the action runs, from 1. The action's own
     *     accesses are not counted. Another thread may arm itself during the action; it then has
     *     the place of this one.
     */
    public static void interrupt(long access, Runnable action) {
        arm(access, false, null);
        AccessFaults.action = action;
    }

    /**
     * Stops injecting faults.
     *
     * @return the number of accesses since {@link #arm}.
     */
    public static long disarm() {
        armed = null;
        action = null;
        failAt = 0;
        return accesses;
    }

    /** Returns whether the calling thread is armed. */
    static boolean isArmed() {
        return armed == Thread.currentThread();
    }

    /** Counts an access if the calling thread is armed, and throws if that access must fail. */
    static void access() {
        if (armed == Thread.currentThread()) {
            accesses++;
            if (accesses == failAt && action != null) {
                armed = null;
                action.run();
                armed = armed == null ? Thread.currentThread() : armed;
            } else if (accesses == failAt || lasting && accesses > failAt) {
                throw error;
            }
        }
    }
}
