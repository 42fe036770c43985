// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

/**
 * A call of a client on one key, whose value is a {@code long}.
 *
 * @param kind the operation.
 * @param argument what it writes or adds.
 * @param expected what it compares with.
 * @param known whether it has returned; if not, it may have taken effect or may do so later.
 * @param result what it returned: a value, {@link #ABSENT}, or 1 or 0.
 * @param beginNs when it was called.
 * @param endNs when it returned, {@link Long#MAX_VALUE} if it did not.
 */
record Call(
        Kind kind,
        long argument,
        long expected,
        boolean known,
        long result,
        long beginNs,
        long endNs) {
    /** The value of an absent key. */
    static final long ABSENT = Long.MIN_VALUE;

    /** The state after a call that cannot have had its result in the state before. */
    static final long IMPOSSIBLE = Long.MIN_VALUE + 1;

    /** The operations. */
    enum Kind {
        GET,
        PUT,
        PUT_IF_ABSENT,
        COMPARE_AND_SET,
        ADD,
        REMOVE
    }

    /** Returns the state after the call, or {@link #IMPOSSIBLE}. */
    long apply(long state) {
        final boolean absent = state == ABSENT;
        return switch (kind) {
            case GET -> check(state, state);
            case PUT -> check(absent ? 1 : 0, argument);
            case PUT_IF_ABSENT -> check(absent ? 1 : 0, absent ? argument : state);
            case COMPARE_AND_SET -> {
                final boolean equal = !absent && state == expected;
                yield check(equal ? 1 : 0, equal ? argument : state);
            }
            case ADD ->
                    check(absent ? ABSENT : state + argument, absent ? ABSENT : state + argument);
            case REMOVE -> check(absent ? 0 : 1, ABSENT);
        };
    }

    private long check(long wouldReturn, long next) {
        return !known || wouldReturn == result ? next : IMPOSSIBLE;
    }
}
