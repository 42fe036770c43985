// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** A gate that pauses the workers while the coordinator audits or replaces the cache. */
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
     * @return true to continue, false to end.
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

    /** Waits up to the given time until all threads are paused; returns whether they are. */
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

    /** Ends all threads. */
    synchronized void stop() {
        state = State.STOPPED;
        notifyAll();
    }
}
