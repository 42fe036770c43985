// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** Where the threads stand still while the caches are audited and exchanged. */
final class PauseGate {
    private enum State {
        OPEN,
        SHUT,
        STOPPED
    }

    private final int threads;
    private volatile State state = State.SHUT;
    private int waiting;

    PauseGate(int threads) {
        this.threads = threads;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /**
     * Waits while the gate is shut.
     *
     * @return false to end.
     */
    synchronized boolean pass() throws InterruptedException {
        waiting++;
        notifyAll();
        while (state == State.SHUT) {
            wait();
        }
        waiting--;
        return state == State.OPEN;
    }

    /** Whether all threads are waiting, for which this waits at most the given time. */
    synchronized boolean awaitAll(long milliseconds) throws InterruptedException {
        if (waiting < threads) {
            wait(milliseconds);
        }
        return waiting == threads;
    }

    synchronized void open() {
        state = State.OPEN;
        notifyAll();
    }

    synchronized void shut() {
        state = State.SHUT;
    }

    /** Lets all threads end. */
    synchronized void stop() {
        state = State.STOPPED;
        notifyAll();
    }
}
