// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.stress.cluster.Call.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The checker accepts what one thread could have seen, and finds planted faults. */
class LinearizabilityCheckerTest {
    private static Call call(Kind kind, long argument, long result, long beginNs, long endNs) {
        return new Call(kind, argument, 0, true, result, beginNs, endNs);
    }

    private static Call pending(Kind kind, long argument, long beginNs) {
        return new Call(kind, argument, 0, false, 0, beginNs, Long.MAX_VALUE);
    }

    private static void assertLinearizable(Call... calls) {
        assertThat(LinearizabilityChecker.check(List.of(calls))).isNull();
    }

    private static void assertFound(Call... calls) {
        assertThat(LinearizabilityChecker.check(List.of(calls))).isNotNull();
    }

    @Test
    void callsOneAfterTheOther() {
        assertLinearizable();
        assertLinearizable(
                call(Kind.GET, 0, Call.ABSENT, 0, 1),
                call(Kind.PUT, 5, 1, 2, 3),
                call(Kind.ADD, 2, 7, 4, 5),
                call(Kind.GET, 0, 7, 6, 7),
                call(Kind.REMOVE, 0, 1, 8, 9),
                call(Kind.ADD, 2, Call.ABSENT, 10, 11));
        assertFound(call(Kind.PUT, 5, 1, 0, 1), call(Kind.GET, 0, 4, 2, 3));
    }

    @Test
    void aStaleReadIsFound() {
        assertFound(
                call(Kind.PUT, 1, 1, 0, 1), call(Kind.PUT, 2, 0, 2, 3), call(Kind.GET, 0, 1, 4, 5));
        assertLinearizable(
                call(Kind.PUT, 1, 1, 0, 1), call(Kind.PUT, 2, 0, 2, 5), call(Kind.GET, 0, 1, 4, 6));
    }

    @Test
    void aLostWriteIsFound() {
        assertFound(call(Kind.PUT, 1, 1, 0, 1), call(Kind.GET, 0, Call.ABSENT, 2, 3));
    }

    @Test
    void anEffectThatCameTwiceIsFound() {
        assertFound(
                call(Kind.PUT, 0, 1, 0, 1), call(Kind.ADD, 1, 1, 2, 3), call(Kind.GET, 0, 2, 4, 5));
        // The second effect of the first call, seen by another client's.
        assertFound(
                call(Kind.PUT, 0, 1, 0, 1), call(Kind.ADD, 1, 1, 2, 6), call(Kind.ADD, 1, 3, 7, 8));
    }

    @Test
    void aCallWithoutAnOutcomeMayHaveTakenEffectOnceOrNever() {
        final Call put = call(Kind.PUT, 0, 1, 0, 1);
        final Call add = pending(Kind.ADD, 1, 2);
        assertLinearizable(put, add, call(Kind.GET, 0, 0, 10, 11));
        assertLinearizable(put, add, call(Kind.GET, 0, 1, 10, 11));
        assertLinearizable(put, add, call(Kind.GET, 0, 0, 10, 11), call(Kind.GET, 0, 1, 12, 13));
        assertFound(put, add, call(Kind.GET, 0, 2, 10, 11));
        assertFound(put, add, call(Kind.GET, 0, 1, 10, 11), call(Kind.GET, 0, 0, 12, 13));
        assertFound(call(Kind.GET, 0, 9, 0, 1), pending(Kind.PUT, 9, 2));
    }

    @Test
    void twoWritersCannotBothFindTheKeyAbsent() {
        assertFound(call(Kind.PUT_IF_ABSENT, 1, 1, 0, 10), call(Kind.PUT_IF_ABSENT, 2, 1, 0, 10));
        assertLinearizable(
                call(Kind.PUT_IF_ABSENT, 1, 1, 0, 10), call(Kind.PUT_IF_ABSENT, 2, 0, 0, 10));
    }

    /** A history of concurrent clients, made by giving each call of one thread a longer time. */
    private static List<Call> history(Random random, int length) {
        final List<Call> calls = new ArrayList<>();
        long state = Call.ABSENT;
        for (int i = 0; i < length; i++) {
            final Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            final long expected = random.nextBoolean() ? state : -1;
            final long moment = 100L * i;
            final long beginNs = moment - random.nextInt(300);
            final long endNs = moment + random.nextInt(300);
            final Call blank = new Call(kind, i, expected, false, 0, beginNs, endNs);
            final long next = blank.apply(state);
            final long result =
                    switch (kind) {
                        case GET -> state;
                        case PUT, PUT_IF_ABSENT -> state == Call.ABSENT ? 1 : 0;
                        case COMPARE_AND_SET -> state != Call.ABSENT && state == expected ? 1 : 0;
                        case ADD -> next;
                        case REMOVE -> state == Call.ABSENT ? 0 : 1;
                    };
            state = next;
            final boolean known = random.nextInt(50) != 0;
            calls.add(
                    new Call(
                            kind,
                            i,
                            expected,
                            known,
                            result,
                            beginNs,
                            known ? endNs : Long.MAX_VALUE));
        }
        Collections.shuffle(calls, random);
        return calls;
    }

    @Test
    void randomHistoriesAreAcceptedAndFaultsInThemFound() {
        for (long seed = 1; seed <= 30; seed++) {
            final Random random = new Random(seed);
            final List<Call> calls = history(random, 300);
            assertThat(LinearizabilityChecker.check(calls)).as("seed %d", seed).isNull();
            final int at = random.nextInt(calls.size());
            final Call call = calls.get(at);
            // No call writes this value.
            calls.set(
                    at,
                    new Call(Kind.GET, 0, 0, true, 1 << 30, call.beginNs(), call.beginNs() + 1));
            assertThat(LinearizabilityChecker.check(calls)).as("seed %d", seed).isNotNull();
        }
    }
}
