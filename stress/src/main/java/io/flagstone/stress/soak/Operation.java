// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import java.util.Locale;

/**
 * The operations, and how often each is drawn.
 *
 * <p>To add one, add a constant here, a method to {@link SoakCache} and its implementations, and a
 * case to each {@link Workload} that it applies to.
 */
enum Operation {
    GET(300),
    MULTI_GET(40),
    GET_LONG(40),
    READ(80),
    CONTAINS(40),
    PUT(150),
    PUT_TTL(100),
    PUT_IF_ABSENT(40),
    REPLACE(40),
    COMPARE_AND_SET(40),
    UPDATE(50),
    ADD_AND_GET_LONG(60),
    REMOVE(20),
    REMOVE_IF_EQUAL(12),
    GET_AND_REMOVE(12),
    REMAINING_TTL(30),
    SET_TTL(20),
    PERSIST(10),
    SCAN(4),
    DO_WORK(10),
    SIZE(5),
    STATISTICS(1);

    private static final Operation[] DRAWN = drawn();

    private final int weight;

    Operation(int weight) {
        this.weight = weight;
    }

    /** Returns the operation for random bits. */
    static Operation of(long bits) {
        return DRAWN[(int) ((bits >>> 1) % DRAWN.length)];
    }

    /** Returns the name to print. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static Operation[] drawn() {
        int total = 0;
        for (final Operation operation : values()) {
            total += operation.weight;
        }
        final Operation[] drawn = new Operation[total];
        int next = 0;
        for (final Operation operation : values()) {
            for (int i = 0; i < operation.weight; i++) {
                drawn[next++] = operation;
            }
        }
        return drawn;
    }
}
