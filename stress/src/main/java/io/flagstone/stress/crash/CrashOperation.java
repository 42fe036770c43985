// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import java.util.Locale;

/** The operations of the threads, and how often each is drawn. */
enum CrashOperation {
    GET(40),
    PUT(120),
    PUT_TTL(80),
    PUT_BY_WRITER(40),
    PUT_IF_ABSENT(40),
    REPLACE(50),
    COMPARE_AND_SET(50),
    UPDATE(60),
    FAILED_UPDATE(10),
    PUT_LONG(40),
    ADD_AND_GET_LONG(60),
    COMPARE_AND_SET_LONG(20),
    REMOVE(50),
    REMOVE_IF_EQUAL(30),
    GET_AND_REMOVE(30),
    SET_TTL(40),
    PERSIST(20),
    BATCH(40),
    DO_WORK(10),
    CLEAR(0);

    private static final CrashOperation[] DRAWN = drawn();

    private final int weight;

    CrashOperation(int weight) {
        this.weight = weight;
    }

    /** Returns the operation for random bits. */
    static CrashOperation of(long bits) {
        return DRAWN[(int) ((bits >>> 1) % DRAWN.length)];
    }

    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static CrashOperation[] drawn() {
        int total = 0;
        for (final CrashOperation operation : values()) {
            total += operation.weight;
        }
        final CrashOperation[] drawn = new CrashOperation[total];
        int next = 0;
        for (final CrashOperation operation : values()) {
            for (int i = 0; i < operation.weight; i++) {
                drawn[next++] = operation;
            }
        }
        return drawn;
    }
}
