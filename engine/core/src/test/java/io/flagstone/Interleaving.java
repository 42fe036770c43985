// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.internal.memory.AccessFaults;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Runs an operation between two accesses to memory of another one. */
final class Interleaving {
    private static final int YIELDS = 100;
    private static final long PAUSE_NS = 20_000;

    private Interleaving() {}

    /** Returns how many accesses to memory an operation has. */
    static long accesses(Runnable operation) {
        AccessFaults.arm(0, false, null);
        operation.run();
        return AccessFaults.disarm();
    }

    /**
     * Runs two operations, the second one on a thread of its own before an access of the first: as
     * a whole, or up to where it has to wait.
     *
     * @return the number of accesses of the first.
     */
    static long run(Runnable first, long access, FutureTask<?> second) {
        AccessFaults.interrupt(access, () -> runOrWait(second));
        try {
            first.run();
        } finally {
            AccessFaults.disarm();
        }
        return AccessFaults.disarm();
    }

    /** Starts a task on a thread of its own, and returns when it has ended or has to wait. */
    static void runOrWait(FutureTask<?> task) {
        final Thread thread = new Thread(task, "second");
        thread.start();
        await(() -> task.isDone() || isWaiting(thread));
    }

    static boolean isWaiting(Thread thread) {
        final Thread.State state = thread.getState();
        return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
    }

    /** Waits for what another thread is about to do. */
    static void await(BooleanSupplier condition) {
        for (int looks = 0; !condition.getAsBoolean(); looks++) {
            if (looks < YIELDS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(PAUSE_NS);
            }
        }
    }
}
