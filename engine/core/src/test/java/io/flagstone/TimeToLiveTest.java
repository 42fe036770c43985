// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.DEFAULT_TTL;
import static io.flagstone.OffHeapCache.KEEP_TTL;
import static io.flagstone.OffHeapCache.NOT_FOUND;
import static io.flagstone.OffHeapCache.NO_TTL;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Deadlines, exact to the nanosecond, and when operations read the clock. */
class TimeToLiveTest extends OperationsFixture {
    private static final class Probe {
        private final KeyKind.Keyed keyed;
        private boolean found;

        Probe(KeyKind.Keyed keyed) {
            this.keyed = keyed;
        }
    }

    /** Operations that tell whether they found key 1, whose value is "12345678". */
    private static Map<String, Consumer<Probe>> probes() {
        final Map<String, Consumer<Probe>> probes = new LinkedHashMap<>();
        final UnsafeBuffer room = dots(8);
        probes.put("get", p -> p.found = p.keyed.get(1, room, 0) != NOT_FOUND);
        probes.put("read", p -> p.found = p.keyed.read(1, view -> {}));
        probes.put("contains", p -> p.found = p.keyed.contains(1));
        probes.put("put", p -> p.found = !p.keyed.put(1, "new"));
        probes.put("putIfAbsent", p -> p.found = !p.keyed.putIfAbsent(1, "new"));
        probes.put("replace", p -> p.found = p.keyed.replace(1, "new"));
        probes.put("compareAndSet", p -> p.found = p.keyed.compareAndSet(1, "12345678", "new"));
        probes.put("update", p -> p.found = p.keyed.update(1, view -> {}));
        probes.put("addAndGetLong", p -> p.found = p.keyed.addAndGetLong(1, 0, 0, -99) != -99);
        probes.put("remove", p -> p.found = p.keyed.remove(1));
        probes.put("removeIfEqual", p -> p.found = p.keyed.removeIfEqual(1, "12345678"));
        probes.put("getAndRemove", p -> p.found = p.keyed.getAndRemove(1, room, 0) != NOT_FOUND);
        probes.put("remainingTtlNs", p -> p.found = p.keyed.remainingTtlNs(1) != NOT_FOUND);
        probes.put("setTtl", p -> p.found = p.keyed.setTtl(1, TTL));
        probes.put("persist", p -> p.found = p.keyed.persist(1));
        probes.put("scan", p -> p.found = !scan(p.keyed.cache, 10).isEmpty());
        return probes;
    }

    @ParameterizedTest
    @EnumSource
    void aDeadlineIsExactForEveryOperation(KeyKind kind) {
        for (final long start : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE - 5}) {
            probes().forEach(
                            (name, probe) -> {
                                assertFound(kind, start, TTL - 1, name, probe, true);
                                assertFound(kind, start, TTL, name, probe, false);
                                assertFound(kind, start, TTL + 1, name, probe, false);
                                assertFound(kind, start, 1L << 62, name, probe, false);
                            });
        }
    }

    private void assertFound(
            KeyKind kind,
            long start,
            long later,
            String name,
            Consumer<Probe> operation,
            boolean found) {
        clock.set(start);
        final Probe probe = new Probe(open(kind, builder -> builder.segments(1)));
        keyed.put(1, "12345678", TTL);
        clock.advance(later);
        operation.accept(probe);
        assertThat(probe.found)
                .as("%s %d ns after %d, with a time to live of %d ns", name, later, start, TTL)
                .isEqualTo(found);
        auditAndClose();
        cache = null;
    }

    @ParameterizedTest
    @EnumSource
    void theDefaultTtlAppliesToEntriesPutWithoutOne(KeyKind kind) {
        open(kind, builder -> builder.defaultTtlNs(TTL));
        keyed.put(1, "default");
        keyed.put(2, "longer", 2 * TTL);
        keyed.put(3, "none", NO_TTL);
        keyed.putIfAbsent(4, "default");
        keyed.put(5, "none", NO_TTL);
        keyed.replace(5, "default");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
        assertThat(keyed.remainingTtlNs(2)).isEqualTo(2 * TTL);
        assertThat(keyed.remainingTtlNs(3)).isEqualTo(NO_TTL);
        assertThat(keyed.remainingTtlNs(4)).isEqualTo(TTL);
        assertThat(keyed.remainingTtlNs(5)).isEqualTo(TTL);
        assertThat(keyed.remainingTtlNs(6)).isEqualTo(NOT_FOUND);
        clock.advance(TTL - 1);
        keyed.get(1, dots(9), 0);
        clock.advance(1);
        assertThat(keyed.value(1)).as("a read does not renew the deadline").isNull();
        assertThat(keyed.value(2)).isEqualTo("longer");
        clock.advance(TTL);
        assertThat(keyed.value(2)).isNull();
        assertThat(keyed.value(3)).isEqualTo("none");
    }

    @ParameterizedTest
    @EnumSource
    void aPutRenewsTheDeadline(KeyKind kind) {
        open(kind).put(1, "one", TTL);
        clock.advance(TTL - 1);
        keyed.put(1, "two", TTL);
        clock.advance(TTL - 1);
        assertThat(keyed.value(1)).isEqualTo("two");
        keyed.put(1, "three");
        assertThat(keyed.remainingTtlNs(1))
                .as("a put without a time to live removes the deadline")
                .isEqualTo(NO_TTL);
        clock.advance(10 * TTL);
        assertThat(keyed.value(1)).isEqualTo("three");
        keyed.put(1, "four", TTL);
        keyed.put(1, "five", 2);
        assertThat(keyed.remainingTtlNs(1)).as("a put may bring the deadline forward").isEqualTo(2);
        clock.advance(2);
        assertThat(keyed.value(1)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aTtlCanBeSetAndRemoved(KeyKind kind) {
        open(kind).put(1, "value");
        assertThat(keyed.setTtl(1, TTL)).isTrue();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
        clock.advance(TTL - 1);
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(1);
        assertThat(keyed.setTtl(1, 3 * TTL)).as("a longer time to live").isTrue();
        clock.advance(3 * TTL - 1);
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.setTtl(1, 10 * TTL)).isTrue();
        assertThat(keyed.setTtl(1, 7)).as("a shorter time to live").isTrue();
        clock.advance(6);
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.persist(1)).isTrue();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        clock.advance(1L << 50);
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.setTtl(1, TTL)).isTrue();
        assertThat(keyed.setTtl(1, NO_TTL)).isTrue();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        keyed.setTtl(1, 1);
        clock.advance(1);
        assertThat(keyed.value(1)).isNull();
        assertThat(keyed.setTtl(2, TTL)).isFalse();
        assertThat(keyed.persist(2)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void aWriteMayKeepTheDeadlineOrUseTheDefault(KeyKind kind) {
        open(kind, builder -> builder.defaultTtlNs(TTL)).put(1, "one", 10 * TTL);
        final List<BiFunction<String, Long, Boolean>> writes =
                List.of(
                        (value, ttl) -> !keyed.put(1, value, ttl),
                        (value, ttl) -> keyed.replace(1, value, ttl),
                        (value, ttl) -> keyed.compareAndSet(1, keyed.value(1), value, ttl),
                        (value, ttl) -> keyed.setTtl(1, ttl));
        for (final var write : writes) {
            keyed.setTtl(1, 10 * TTL);
            clock.advance(1);
            assertThat(write.apply("x".repeat(300), KEEP_TTL)).isTrue();
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(10 * TTL - 1);
            assertThat(write.apply("short", DEFAULT_TTL)).isTrue();
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
            assertThat(write.apply("short", NO_TTL)).isTrue();
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
            assertThat(write.apply("short", 7L)).isTrue();
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(7);
        }
        keyed.put(2, "absent before", KEEP_TTL);
        keyed.putIfAbsent(3, "absent before", KEEP_TTL);
        assertThat(keyed.remainingTtlNs(2)).as("the default time to live").isEqualTo(TTL);
        assertThat(keyed.remainingTtlNs(3)).isEqualTo(TTL);
    }

    @ParameterizedTest
    @EnumSource
    void usesRenewASlidingDeadline(KeyKind kind) {
        final Map<String, Consumer<Probe>> probes = probes();
        for (final String use :
                List.of(
                        "get",
                        "read",
                        "update",
                        "addAndGetLong",
                        "putIfAbsent",
                        "put",
                        "replace")) {
            assertRemaining(kind, use, probes.get(use), TTL);
        }
        assertRemaining(
                kind, "get into too small a destination", p -> p.keyed.get(1, dots(1), 0), TTL);
        for (final String other : List.of("contains", "remainingTtlNs", "scan", "compareAndSet")) {
            assertRemaining(kind, other, probes.get(other), 1);
        }
    }

    private void assertRemaining(KeyKind kind, String name, Consumer<Probe> operation, long left) {
        open(kind, builder -> builder.expireAfterAccessNs(TTL).segments(1));
        keyed.put(1, "12345678");
        for (int i = 0; i < 3; i++) {
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
            clock.advance(TTL - 1);
            operation.accept(new Probe(keyed));
            assertThat(keyed.remainingTtlNs(1)).as(name).isEqualTo(left);
            keyed.put(1, "12345678");
        }
        clock.advance(TTL);
        assertThat(keyed.value(1)).isNull();
        auditAndClose();
        cache = null;
    }

    @ParameterizedTest
    @EnumSource
    void aDeadlineSlidesOnlyWhereNoTtlWasGiven(KeyKind kind) {
        open(kind, builder -> builder.expireAfterAccessNs(TTL));
        keyed.put(1, "fixed", TTL);
        keyed.put(2, "none", NO_TTL);
        keyed.put(3, "fixed by setTtl");
        keyed.put(4, "persisted");
        keyed.put(5, "set and kept");
        keyed.setTtl(3, TTL);
        keyed.persist(4);
        keyed.compareAndSet(5, "set and kept", "x".repeat(500));
        keyed.put(6, "fixed, and slides again", TTL);
        keyed.compareAndSet(6, "fixed, and slides again", "slides", DEFAULT_TTL);
        keyed.put(7, "fixed and kept so", TTL);
        keyed.put(7, "kept", KEEP_TTL);
        clock.advance(TTL - 1);
        for (int key = 1; key <= 7; key++) {
            assertThat(keyed.value(key)).isNotNull();
        }
        clock.advance(1);
        assertThat(keyed.value(1)).isNull();
        assertThat(keyed.value(2)).isEqualTo("none");
        assertThat(keyed.value(3)).isNull();
        assertThat(keyed.value(4)).isEqualTo("persisted");
        assertThat(keyed.value(5)).as("a compare-and-set keeps the deadline sliding").isNotNull();
        assertThat(keyed.value(6)).isEqualTo("slides");
        assertThat(keyed.value(7)).isNull();
        clock.advance(TTL);
        assertThat(keyed.value(5)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void operationsWithoutTtlsNeverReadTheClock(KeyKind kind) {
        open(kind);
        final int reads = clock.reads();
        probes().forEach(
                        (name, operation) -> {
                            keyed.put(1, "12345678", NO_TTL);
                            if (!name.equals("setTtl")) {
                                operation.accept(new Probe(keyed));
                            }
                            assertThat(clock.reads()).as(name).isEqualTo(reads);
                        });
        keyed.put(1, "12345678");
        cache.size();
        cache.clear();
        cache.memoryReport();
        cache.statistics();
        assertThat(clock.reads()).isEqualTo(reads);
    }

    @ParameterizedTest
    @EnumSource
    void readsOfAnEntryWithoutTtlDoNotReadTheClock(KeyKind kind) {
        open(kind, builder -> builder.segments(1));
        keyed.put(1, "value");
        keyed.put(2, "timed", TTL);
        final int reads = clock.reads();
        keyed.get(1, dots(9), 0);
        keyed.read(1, view -> {});
        keyed.get(3, dots(9), 0);
        assertThat(clock.reads()).isEqualTo(reads);
        keyed.get(2, dots(9), 0);
        assertThat(clock.reads()).isEqualTo(reads + 1);
    }

    @ParameterizedTest
    @EnumSource
    void aClockThatJumpsBackRevivesNothing(KeyKind kind) {
        open(kind, builder -> builder.segments(1)).put(1, "value", TTL);
        keyed.put(2, "later", 5 * TTL);
        clock.advance(TTL);
        assertThat(keyed.value(1)).isNull();
        clock.advance(-10 * TTL);
        assertThat(keyed.value(1)).isNull();
        assertThat(keyed.contains(1)).isFalse();
        assertThat(keyed.remainingTtlNs(2))
                .as("the segment's time stands still")
                .isEqualTo(4 * TTL);
        keyed.put(3, "new", TTL);
        assertThat(keyed.remainingTtlNs(3)).isEqualTo(TTL);
        clock.advance(11 * TTL);
        assertThat(keyed.value(3)).as("the clock has caught up").isNull();
        assertThat(keyed.value(2)).isEqualTo("later");
    }

    @ParameterizedTest
    @EnumSource
    void aClockNearItsLargestValueWraps(KeyKind kind) {
        clock.set(Long.MAX_VALUE - TTL / 2);
        open(kind).put(1, "value", TTL);
        clock.advance(TTL / 2 + 1);
        assertThat(clock.nanoTime()).isNegative();
        assertThat(keyed.value(1)).isEqualTo("value");
        keyed.put(2, "value", TTL);
        clock.advance(TTL / 2 - 1);
        assertThat(keyed.value(1)).isNull();
        assertThat(keyed.remainingTtlNs(2)).isEqualTo(TTL / 2 + 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {NO_TTL - 1, NO_TTL - 20_000, 1L << 62})
    void aTtlOfCenturiesDoesNotExpire(long ttl) {
        open(KeyKind.LONG).put(1, "value", ttl);
        clock.advance(1L << 60);
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.put(2, "value", ttl)).isTrue();
        assertThat(keyed.value(2)).isEqualTo("value");
    }
}
