// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import io.flagstone.stress.soak.Violation;
import java.util.BitSet;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Compares a cache that was opened again with the {@link Ledger}, key by key, and settles the
 * ledger on what was found. It may be killed at any time and begun anew: a key that is settled must
 * be as it was settled.
 *
 * <p>A key has the state after the last operation that returned, or the one that the operation
 * under way would have given it. It is absent only if one of these states is, if one may have
 * expired, if all keys were being removed, or if the configuration evicts.
 */
final class CrashCheck {
    private final OffHeapCache cache;
    private final CrashConfiguration configuration;
    private final Ledger ledger;
    private final EpochNanoClock clock;
    private final KeyState before = new KeyState();
    private final KeyState after = new KeyState();
    private final BitSet present = new BitSet();
    private final BitSet visited = new BitSet();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[CrashConfiguration.MAX_KEY_BYTES]);
    private final UnsafeBuffer expected;
    private final UnsafeBuffer found;
    private boolean clearing;
    private boolean intended;

    CrashCheck(CrashRound round) {
        cache = round.cache();
        configuration = round.configuration();
        ledger = round.ledger();
        clock = round.clock();
        expected = new UnsafeBuffer(new byte[CrashConfiguration.MAX_VALUE_BYTES]);
        found = new UnsafeBuffer(new byte[2 * CrashConfiguration.MAX_VALUE_BYTES]);
    }

    /**
     * Checks everything.
     *
     * @return the number of entries found.
     * @throws Violation if the cache does not contain what it must.
     */
    int run() {
        audit();
        clearing = ledger.isClearing();
        for (int thread = 0; thread < ledger.threads(); thread++) {
            final Ledger.Part part = ledger.part(thread);
            for (int slot = 0; slot < part.slots(); slot++) {
                check(part, slot);
            }
        }
        scan();
        for (int thread = 0; thread < ledger.threads(); thread++) {
            ledger.part(thread).settle();
        }
        ledger.clearing(false);
        audit();
        return present.cardinality();
    }

    private void audit() {
        final AuditResult result = cache.audit();
        if (!result.clean()) {
            throw new Violation("the audit found an inconsistency", "clean", result.finding());
        }
    }

    private void check(Ledger.Part part, int slot) {
        part.read(slot, before);
        intended = false;
        for (int i = 0; i < part.intended(); i++) {
            if (part.intendedSlot(i) == slot) {
                part.intended(i, after);
                intended = true;
            }
        }
        final long number = part.key(slot);
        final int keyLength = CrashConfiguration.KEYS.length(number);
        CrashConfiguration.KEYS.write(number, key, 0);
        final long startNs = clock.nanoTime();
        final int length = cache.get(key, 0, keyLength, found, 0);
        if (length == OffHeapCache.NOT_FOUND) {
            missed(part, slot);
            return;
        }
        final long ttlNs = cache.remainingTtlNs(key, 0, keyLength);
        final long endNs = clock.nanoTime();
        if (fits(before, number, length, ttlNs, startNs, endNs)) {
            settle(part, slot, before, ttlNs);
        } else if (intended && fits(after, number, length, ttlNs, startNs, endNs)) {
            settle(part, slot, after, ttlNs);
        } else {
            throw new Violation(
                    nameOf(length) + during(part),
                    number,
                    expectation(),
                    ValueBytes.describe(found, 0, length)
                            + differences(number, length)
                            + ", time to live "
                            + (ttlNs == OffHeapCache.NO_TTL ? "none" : ttlNs + " ns")
                            + " at "
                            + startNs
                            + " ns");
        }
        present.set((int) number);
    }

    private void missed(Ledger.Part part, int slot) {
        final long nowNs = clock.nanoTime();
        final boolean excused =
                !configuration.roomy()
                        || clearing
                        || mayBeMissed(before, nowNs)
                        || intended && mayBeMissed(after, nowNs);
        if (!excused) {
            throw new Violation(
                    "a write that had returned is missing" + during(part),
                    part.key(slot),
                    expectation(),
                    "absent at " + nowNs + " ns");
        }
        if (!before.isAbsent()) {
            before.setAbsent();
            part.write(slot, before);
        }
    }

    private static boolean mayBeMissed(KeyState state, long nowNs) {
        return state.isAbsent() || state.mayHaveExpired(nowNs);
    }

    /** Returns whether the value that was found is that of a state, with a deadline to match. */
    private boolean fits(
            KeyState state, long number, int length, long ttlNs, long startNs, long endNs) {
        if (state.isAbsent() || state.length != length || state.mustHaveExpired(startNs)) {
            return false;
        }
        ValueBytes.encode(expected, 0, number, state);
        if (ValueBytes.mismatch(expected, 0, found, 0, length) >= 0) {
            return false;
        }
        if (ttlNs == OffHeapCache.NOT_FOUND) {
            return state.mayHaveExpired(endNs);
        }
        if (state.earliestEndNs == KeyState.NEVER || ttlNs == OffHeapCache.NO_TTL) {
            return state.earliestEndNs == KeyState.NEVER && ttlNs == OffHeapCache.NO_TTL;
        }
        return ttlNs >= state.earliestEndNs - endNs
                && (state.latestEndNs == KeyState.NEVER || ttlNs <= state.latestEndNs - startNs);
    }

    private void settle(Ledger.Part part, int slot, KeyState state, long ttlNs) {
        if (state == after || state.latestEndNs == KeyState.NEVER) {
            if (state.earliestEndNs != KeyState.NEVER && state.latestEndNs == KeyState.NEVER) {
                final long nowNs = clock.nanoTime();
                state.earliestEndNs = nowNs + Math.max(ttlNs, 0) - CrashWorker.SLACK_NS;
                state.latestEndNs = nowNs + Math.max(ttlNs, 0) + CrashWorker.SLACK_NS;
            }
            part.write(slot, state);
        }
    }

    /** Compares the scan with the look-ups: the same keys, none twice and no others. */
    private void scan() {
        final long startNs = clock.nanoTime();
        long cursor = 0;
        while (cursor != OffHeapCache.SCAN_DONE) {
            cursor = cache.scan(cursor, 64, this::visit);
        }
        for (int thread = 0; thread < ledger.threads(); thread++) {
            final Ledger.Part part = ledger.part(thread);
            for (int slot = 0; slot < part.slots(); slot++) {
                final int number = (int) part.key(slot);
                part.read(slot, before);
                if (present.get(number)
                        && !visited.get(number)
                        && !before.mayHaveExpired(clock.nanoTime())) {
                    throw new Violation(
                            "a scan misses a key", number, before.toString(), "not visited");
                }
                if (visited.get(number) && !present.get(number)) {
                    throw new Violation(
                            "a scan finds a key that a look-up misses",
                            number,
                            "not visited",
                            "visited after " + startNs + " ns");
                }
            }
        }
        if (visited.cardinality() > cache.size()) {
            throw new Violation(
                    "the size is too small",
                    "at least " + visited.cardinality(),
                    Long.toString(cache.size()));
        }
    }

    private void visit(DirectBuffer visitedKey, DirectBuffer value) {
        final long number = CrashWorker.numberOf(visitedKey);
        if (number < 1 || number > (long) ledger.threads() * ledger.keys()) {
            throw new Violation("a scan finds a key that was never written", number, "none", "it");
        }
        if (visited.get((int) number)) {
            throw new Violation("a scan finds a key twice", number, "once", "twice");
        }
        visited.set((int) number);
    }

    private String nameOf(int length) {
        if (before.isAbsent() && (!intended || after.isAbsent())) {
            return "a key that was removed is back";
        }
        if (length == before.length) {
            return "a value is not the one that was written last";
        }
        return "a value has the wrong length";
    }

    private String during(Ledger.Part part) {
        return intended ? ", after a kill during " + part.operation().label() : "";
    }

    private String expectation() {
        return before
                + (intended ? "; or " + after : "")
                + (clearing ? "; or none, during clear" : "");
    }

    /** Names the first byte that differs from the expected values. */
    private String differences(long number, int length) {
        return difference("", before, number, length)
                + (intended ? difference(" of the second", after, number, length) : "");
    }

    private String difference(String which, KeyState state, long number, int length) {
        if (state.isAbsent() || state.length != length) {
            return "";
        }
        ValueBytes.encode(expected, 0, number, state);
        final int wrong = ValueBytes.mismatch(expected, 0, found, 0, length);
        return wrong < 0
                ? ", all bytes match" + which
                : ", the first wrong byte" + which + " at " + wrong;
    }
}
