// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.Closeable;

/** A client that may have many requests under way. One thread uses it. */
interface Client extends Closeable {
    /**
     * Begins to write the value that {@link NumberedValue} makes of a number.
     *
     * @param tag the request's name for {@link Answers}.
     * @param key the key.
     * @param number the number.
     * @return false if no request can begin now; call {@link #poll}.
     */
    boolean put(long tag, long key, long number);

    /**
     * Begins to read a value, linearizably.
     *
     * @param tag the request's name for {@link Answers}.
     * @param key the key.
     * @return false if no request can begin now; call {@link #poll}.
     */
    boolean get(long tag, long key);

    /** Sends what waits, passes on the answers that have come, and returns how many there were. */
    int poll();

    /** Waits a little for answers if there was no work. */
    void idle(int work);

    /** Takes the member that leads now. Requests that are under way may fail. */
    void lead(int member);

    @Override
    void close();

    /** Receives the answers, within {@link #poll}, {@link #put}, {@link #get} or {@link #lead}. */
    @FunctionalInterface
    interface Answers {
        /**
         * Called at most once for each request.
         *
         * @param tag the request's name.
         * @param done false if it is unknown whether the request was executed.
         * @param number the number that a get has read, or {@link NumberedValue#ABSENT}.
         */
        void onAnswer(long tag, boolean done, long number);
    }
}
