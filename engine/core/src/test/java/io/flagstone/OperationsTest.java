// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.OffHeapCache.DEFAULT_TTL;
import static io.flagstone.OffHeapCache.INSUFFICIENT_CAPACITY;
import static io.flagstone.OffHeapCache.KEEP_TTL;
import static io.flagstone.OffHeapCache.NOT_FOUND;
import static io.flagstone.OffHeapCache.NO_TTL;
import static io.flagstone.OffHeapCache.SCAN_DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.MemoryReport;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every operation means, for every kind of key, to the byte and to the nanosecond. */
class OperationsTest {
    private static final long TTL = 1_000;
    private static final int SLAB = 1 << 12;

    private final TestClock clock = new TestClock(12_345);
    private OffHeapCache cache;
    private KeyKind.Keyed keyed;

    private KeyKind.Keyed open(KeyKind kind) {
        return open(kind, builder -> builder);
    }

    private KeyKind.Keyed open(KeyKind kind, UnaryOperator<CacheBuilder> options) {
        cache =
                options.apply(
                                OffHeapCache.builder()
                                        .memoryBytes(1 << 19)
                                        .segments(4)
                                        .slabBytes(SLAB)
                                        .hashSeed(TestSupport.seed())
                                        .clock(clock))
                        .build();
        keyed = kind.over(cache);
        return keyed;
    }

    @AfterEach
    void auditAndClose() {
        if (cache != null) {
            TestSupport.assertClean(cache);
            cache.close();
        }
    }

    private static UnsafeBuffer dots(int length) {
        return TestSupport.bytes(".".repeat(length));
    }

    @ParameterizedTest
    @EnumSource
    void getCopiesTheValueAndNothingElse(KeyKind kind) {
        open(kind).put(1, "value");
        final UnsafeBuffer destination = dots(12);
        assertThat(keyed.get(1, destination, 4)).isEqualTo(5);
        assertThat(TestSupport.string(destination)).isEqualTo("....value...");
        assertThat(keyed.get(2, destination, 0)).isEqualTo(NOT_FOUND).isEqualTo(-1);
        assertThat(TestSupport.string(destination)).isEqualTo("....value...");
    }

    @ParameterizedTest
    @EnumSource
    void aDestinationThatIsTooSmallIsLeftAlone(KeyKind kind) {
        open(kind).put(1, "value");
        final UnsafeBuffer destination = dots(8);
        assertThat(keyed.get(1, destination, 4)).isEqualTo(INSUFFICIENT_CAPACITY).isEqualTo(-2);
        assertThat(keyed.getAndRemove(1, destination, 4)).isEqualTo(INSUFFICIENT_CAPACITY);
        assertThat(keyed.get(1, destination, 8)).isEqualTo(INSUFFICIENT_CAPACITY);
        assertThat(TestSupport.string(destination)).isEqualTo("........");
        assertThat(keyed.value(1)).as("it stays").isEqualTo("value");
        assertThat(keyed.get(1, destination, 3)).as("just enough room").isEqualTo(5);
        assertThat(TestSupport.string(destination)).isEqualTo("...value");
    }

    @ParameterizedTest
    @EnumSource
    void readShowsTheValueOnce(KeyKind kind) {
        open(kind).put(1, "value");
        final List<String> seen = new ArrayList<>();
        assertThat(keyed.read(1, view -> seen.add(TestSupport.string(view)))).isTrue();
        assertThat(keyed.read(2, view -> seen.add("absent"))).isFalse();
        assertThat(seen).containsExactly("value");
    }

    @ParameterizedTest
    @EnumSource
    void putWritesAlways(KeyKind kind) {
        open(kind);
        assertThat(keyed.contains(1)).isFalse();
        assertThat(keyed.put(1, "one")).as("was absent").isTrue();
        assertThat(keyed.contains(1)).isTrue();
        assertThat(keyed.put(1, "two")).as("was present").isFalse();
        assertThat(keyed.put(1, "three", TTL)).as("was present").isFalse();
        assertThat(keyed.put(2, "four", TTL)).as("was absent").isTrue();
        assertThat(keyed.value(1)).isEqualTo("three");
        assertThat(keyed.value(2)).isEqualTo("four");
        assertThat(cache.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void putIfAbsentWritesOnlyThen(KeyKind kind) {
        open(kind);
        assertThat(keyed.putIfAbsent(1, "one")).isTrue();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        assertThat(keyed.putIfAbsent(1, "two")).isFalse();
        assertThat(keyed.putIfAbsent(1, "two", TTL)).isFalse();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        assertThat(keyed.value(1)).isEqualTo("one");
        assertThat(keyed.putIfAbsent(2, "two", TTL)).isTrue();
        assertThat(keyed.remainingTtlNs(2)).isEqualTo(TTL);
        clock.advance(TTL);
        assertThat(keyed.putIfAbsent(2, "three")).as("expired is absent").isTrue();
        assertThat(keyed.value(2)).isEqualTo("three");
    }

    @ParameterizedTest
    @EnumSource
    void replaceWritesOnlyWhatIsPresent(KeyKind kind) {
        open(kind);
        assertThat(keyed.replace(1, "one")).isFalse();
        assertThat(keyed.replace(1, "one", TTL)).isFalse();
        assertThat(cache.size()).isZero();
        keyed.put(1, "one");
        assertThat(keyed.replace(1, "two", TTL)).isTrue();
        assertThat(keyed.value(1)).isEqualTo("two");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
        assertThat(keyed.replace(1, "three")).isTrue();
        assertThat(keyed.value(1)).isEqualTo("three");
        assertThat(keyed.remainingTtlNs(1)).as("as a put does").isEqualTo(NO_TTL);
    }

    @ParameterizedTest
    @EnumSource
    void compareAndSetWritesOnlyOverTheExpected(KeyKind kind) {
        open(kind);
        assertThat(keyed.compareAndSet(1, "", "x")).as("absent").isFalse();
        keyed.put(1, "value", TTL);
        clock.advance(100);
        for (final String wrong : List.of("", "valu", "valuf", "values", "Value")) {
            assertThat(keyed.compareAndSet(1, wrong, "x")).as(wrong).isFalse();
        }
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.compareAndSet(1, "value", "other")).isTrue();
        assertThat(keyed.value(1)).isEqualTo("other");
        assertThat(keyed.remainingTtlNs(1)).as("the deadline stays").isEqualTo(TTL - 100);
        assertThat(keyed.compareAndSet(1, "other", "x".repeat(900))).isTrue();
        assertThat(keyed.value(1)).isEqualTo("x".repeat(900));
        assertThat(keyed.remainingTtlNs(1)).as("in another class, too").isEqualTo(TTL - 100);
        clock.advance(TTL - 100);
        assertThat(keyed.compareAndSet(1, "x".repeat(900), "y")).as("expired").isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void updateChangesTheValueWhereItLies(KeyKind kind) {
        open(kind).put(1, "value", TTL);
        clock.advance(1);
        assertThat(
                        keyed.update(
                                1,
                                view -> {
                                    assertThat(view.capacity()).isEqualTo(5);
                                    view.putByte(0, (byte) 'V');
                                }))
                .isTrue();
        assertThat(keyed.value(1)).isEqualTo("Value");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL - 1);
        final List<String> called = new ArrayList<>();
        assertThat(keyed.update(2, view -> called.add("absent"))).isFalse();
        assertThat(called).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void addAndGetLongAddsAtAnyIndex(KeyKind kind) {
        open(kind).put(1, "\0".repeat(20), TTL);
        clock.advance(1);
        for (int index = 0; index <= 12; index++) {
            keyed.update(1, view -> view.setMemory(0, view.capacity(), (byte) 0));
            assertThat(keyed.addAndGetLong(1, index, 5, -99)).isEqualTo(5);
            assertThat(keyed.addAndGetLong(1, index, -7, -99)).isEqualTo(-2);
            assertThat(keyed.addAndGetLong(1, index, Long.MIN_VALUE, -99))
                    .as("wraps")
                    .isEqualTo(Long.MAX_VALUE - 1);
            final int at = index;
            keyed.read(1, view -> assertThat(view.getLong(at)).isEqualTo(Long.MAX_VALUE - 1));
        }
        assertThat(keyed.addAndGetLong(2, 0, 5, -99)).as("absent").isEqualTo(-99);
        assertThat(keyed.contains(2)).isFalse();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL - 1);
    }

    @ParameterizedTest
    @EnumSource
    void addAndGetLongRefusesAnIndexBeyondTheValue(KeyKind kind) {
        open(kind).put(1, "0123456789");
        keyed.put(2, "0123");
        assertThat(keyed.addAndGetLong(1, 2, 0, -99)).isNotEqualTo(-99);
        for (final int index : new int[] {3, 10, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> keyed.addAndGetLong(1, index, 1, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("index " + index)
                    .hasMessageContaining("10 bytes");
        }
        assertThatThrownBy(() -> keyed.addAndGetLong(2, 0, 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(keyed.value(1)).isEqualTo("0123456789");
        assertThat(keyed.value(2)).isEqualTo("0123");
    }

    @ParameterizedTest
    @EnumSource
    void removeTakesAKeyAway(KeyKind kind) {
        open(kind).put(1, "one");
        keyed.put(2, "two");
        assertThat(keyed.remove(1)).isTrue();
        assertThat(keyed.remove(1)).isFalse();
        assertThat(keyed.value(1)).isNull();
        assertThat(keyed.value(2)).isEqualTo("two");
        assertThat(cache.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void removeIfEqualTakesOnlyTheExpected(KeyKind kind) {
        open(kind).put(1, "value");
        for (final String wrong : List.of("", "valu", "valuf", "values")) {
            assertThat(keyed.removeIfEqual(1, wrong)).as(wrong).isFalse();
        }
        assertThat(keyed.removeIfEqual(1, "value")).isTrue();
        assertThat(keyed.removeIfEqual(1, "value")).isFalse();
        assertThat(cache.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void getAndRemoveDoesBoth(KeyKind kind) {
        open(kind).put(1, "value");
        final UnsafeBuffer destination = dots(7);
        assertThat(keyed.getAndRemove(1, destination, 1)).isEqualTo(5);
        assertThat(TestSupport.string(destination)).isEqualTo(".value.");
        assertThat(keyed.getAndRemove(1, destination, 1)).isEqualTo(NOT_FOUND);
        assertThat(cache.size()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aValueMayBeEmpty(KeyKind kind) {
        open(kind);
        assertThat(keyed.put(1, "")).isTrue();
        assertThat(keyed.contains(1)).isTrue();
        final UnsafeBuffer destination = dots(2);
        assertThat(keyed.get(1, destination, 2)).isZero();
        assertThat(keyed.value(1)).isEmpty();
        assertThat(keyed.update(1, view -> assertThat(view.capacity()).isZero())).isTrue();
        assertThat(keyed.compareAndSet(1, "", "full")).isTrue();
        assertThat(keyed.compareAndSet(1, "full", "")).isTrue();
        assertThat(keyed.removeIfEqual(1, "x")).isFalse();
        assertThat(keyed.removeIfEqual(1, "")).isTrue();
        keyed.put(1, "");
        assertThat(keyed.getAndRemove(1, destination, 0)).isZero();
        assertThat(TestSupport.string(destination)).isEqualTo("..");
    }

    /** Each answers whether it found key 1, whose value is "12345678". */
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

    private static final class Probe {
        private final KeyKind.Keyed keyed;
        private boolean found;

        Probe(KeyKind.Keyed keyed) {
            this.keyed = keyed;
        }
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
                .as("%s at %d + %d, with a time to live of %d", name, start, later, TTL)
                .isEqualTo(found);
        auditAndClose();
        cache = null;
    }

    @ParameterizedTest
    @EnumSource
    void theDefaultTtlHoldsForEntriesPutWithoutOne(KeyKind kind) {
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
        assertThat(keyed.value(1)).as("a read does not renew it").isNull();
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
        assertThat(keyed.remainingTtlNs(1)).as("or takes it away").isEqualTo(NO_TTL);
        clock.advance(10 * TTL);
        assertThat(keyed.value(1)).isEqualTo("three");
        keyed.put(1, "four", TTL);
        keyed.put(1, "five", 2);
        assertThat(keyed.remainingTtlNs(1)).as("or brings it forward").isEqualTo(2);
        clock.advance(2);
        assertThat(keyed.value(1)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void aTtlCanBeSetAndTakenAway(KeyKind kind) {
        open(kind).put(1, "value");
        assertThat(keyed.setTtl(1, TTL)).isTrue();
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
        clock.advance(TTL - 1);
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(1);
        assertThat(keyed.setTtl(1, 3 * TTL)).as("longer").isTrue();
        clock.advance(3 * TTL - 1);
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.setTtl(1, 10 * TTL)).isTrue();
        assertThat(keyed.setTtl(1, 7)).as("shorter").isTrue();
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
    void aWriteMayKeepTheDeadlineOrAskForTheDefault(KeyKind kind) {
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
        assertThat(keyed.remainingTtlNs(2)).as("the default").isEqualTo(TTL);
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
            assertLeft(kind, use, probes.get(use), TTL);
        }
        assertLeft(kind, "get without room", p -> p.keyed.get(1, dots(1), 0), TTL);
        for (final String other : List.of("contains", "remainingTtlNs", "scan", "compareAndSet")) {
            assertLeft(kind, other, probes.get(other), 1);
        }
    }

    private void assertLeft(KeyKind kind, String name, Consumer<Probe> operation, long left) {
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
        assertThat(keyed.value(5)).as("a compare-and-set lets it slide on").isNotNull();
        assertThat(keyed.value(6)).isEqualTo("slides");
        assertThat(keyed.value(7)).isNull();
        clock.advance(TTL);
        assertThat(keyed.value(5)).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void withoutTtlsTheClockIsNeverRead(KeyKind kind) {
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
    void anEntryWithoutTtlIsReadWithoutTheClockWhateverItsNeighboursHave(KeyKind kind) {
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
        assertThat(keyed.remainingTtlNs(2)).as("time stands still").isEqualTo(4 * TTL);
        keyed.put(3, "new", TTL);
        assertThat(keyed.remainingTtlNs(3)).isEqualTo(TTL);
        clock.advance(11 * TTL);
        assertThat(keyed.value(3)).as("until the clock has caught up").isNull();
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
    void aTtlOfCenturiesNeverKills(long ttl) {
        open(KeyKind.LONG).put(1, "value", ttl);
        clock.advance(1L << 60);
        assertThat(keyed.value(1)).isEqualTo("value");
        assertThat(keyed.put(2, "value", ttl)).isTrue();
        assertThat(keyed.value(2)).isEqualTo("value");
    }

    private static Map<String, String> scan(OffHeapCache cache, int limit) {
        final Map<String, String> seen = new HashMap<>();
        long cursor = 0;
        while (cursor != SCAN_DONE) {
            final int before = seen.size();
            cursor =
                    cache.scan(
                            cursor,
                            limit,
                            (key, value) ->
                                    assertThat(
                                                    seen.put(
                                                            TestSupport.string(key),
                                                            TestSupport.string(value)))
                                            .as("seen once")
                                            .isNull());
            assertThat(seen.size() - before).isLessThanOrEqualTo((int) Math.min(limit + 9L, 1_000));
        }
        return seen;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 100, Integer.MAX_VALUE})
    void aScanSeesEveryLiveEntryOnce(int limit) {
        open(KeyKind.TEXT);
        assertThat(scan(cache, limit)).isEmpty();
        final Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            keyed.put(i, "value " + i, i % 3 == 0 ? TTL : NO_TTL);
            if (i % 3 != 0) {
                expected.put("key number " + i, "value " + i);
            }
        }
        assertThat(scan(cache, limit)).hasSize(1_000).containsAllEntriesOf(expected);
        clock.advance(TTL);
        assertThat(scan(cache, limit)).isEqualTo(expected);
        assertThat(cache.statistics().hits()).as("no use").isZero();
    }

    @Test
    void clearRemovesEverything() {
        open(KeyKind.LONG);
        for (int i = 0; i < 1_000; i++) {
            keyed.put(i, "value " + i, i % 2 == 0 ? TTL : NO_TTL);
        }
        final MemoryReport before = cache.memoryReport();
        assertThat(before.entries()).isEqualTo(1_000);
        assertThat(cache.size()).isEqualTo(1_000);
        cache.clear();
        assertThat(cache.size()).isZero();
        assertThat(cache.statistics().removals()).isEqualTo(1_000);
        assertThat(keyed.value(5)).isNull();
        final MemoryReport after = cache.memoryReport();
        assertThat(after.keyBytes() + after.valueBytes() + after.freeChunkBytes()).isZero();
        assertThat(after.freeSlabBytes()).isGreaterThan(before.freeSlabBytes());
        keyed.put(5, "again");
        assertThat(keyed.value(5)).isEqualTo("again");
    }

    @Test
    void sizeCountsWhatIsNotYetReclaimed() {
        open(KeyKind.LONG, builder -> builder.segments(1).tickNs(1_000));
        keyed.put(1, "value", 5_000);
        keyed.put(2, "value");
        clock.advance(5_000);
        assertThat(keyed.value(1)).isNull();
        assertThat(cache.size()).isEqualTo(2);
        final int reads = clock.reads();
        assertThat(cache.doWork()).isPositive();
        assertThat(clock.reads()).isEqualTo(reads + 1);
        assertThat(cache.size()).isEqualTo(1);
        assertThat(cache.doWork()).isZero();
        assertThat(cache.roleName()).isNotBlank();
    }

    @ParameterizedTest
    @EnumSource
    void everyOperationIsCountedAsWhatItIs(KeyKind kind) {
        open(kind, builder -> builder.segments(1).maxEntries(4).promotionDistance(0));
        keyed.put(1, "12345678");
        keyed.put(2, "12345678", TTL);
        keyed.putIfAbsent(1, "x");
        assertStatistics(0, 0, 2, 0, 0, 0, 0, 1);
        keyed.put(1, "87654321");
        keyed.compareAndSet(1, "87654321", "12345678");
        keyed.update(1, view -> {});
        keyed.addAndGetLong(1, 0, 1, 0);
        keyed.replace(1, "12345678");
        keyed.put(1, "x".repeat(300));
        assertStatistics(0, 0, 2, 6, 0, 0, 0, 1);
        keyed.get(1, dots(300), 0);
        keyed.get(1, dots(1), 0);
        keyed.read(1, view -> {});
        keyed.getAndRemove(1, dots(1), 0);
        keyed.get(9, dots(1), 0);
        keyed.read(9, view -> {});
        keyed.getAndRemove(9, dots(1), 0);
        keyed.contains(1);
        keyed.remainingTtlNs(9);
        assertStatistics(4, 3, 2, 6, 0, 0, 0, 1);
        keyed.get(2, dots(9), 0);
        assertStatistics(5, 3, 2, 6, 0, 0, 0, 2);
        keyed.getAndRemove(1, dots(300), 0);
        assertStatistics(6, 3, 2, 6, 0, 0, 1, 2);
        clock.advance(TTL);
        keyed.put(2, "again");
        assertStatistics(6, 3, 3, 6, 0, 1, 1, 2);
        for (int i = 10; i < 14; i++) {
            keyed.put(i, "value");
        }
        assertThat(keyed.contains(2)).isFalse();
        assertStatistics(6, 3, 7, 6, 1, 1, 1, 2);
        keyed.remove(10);
        keyed.removeIfEqual(11, "value");
        keyed.remove(99);
        assertStatistics(6, 3, 7, 6, 1, 1, 3, 2);
    }

    private void assertStatistics(
            long hits,
            long misses,
            long insertions,
            long replacements,
            long evictions,
            long expirations,
            long removals,
            long promotions) {
        assertThat(cache.statistics())
                .isEqualTo(
                        new CacheStatistics(
                                hits,
                                misses,
                                insertions,
                                replacements,
                                evictions,
                                0,
                                0,
                                expirations,
                                removals,
                                promotions,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0,
                                0));
    }

    @Test
    void aLongIsTheSameKeyAsItsEightBytes() {
        open(KeyKind.LONG);
        final KeyKind.Keyed bytes = KeyKind.EIGHT_BYTES.over(cache);
        for (final int id : new int[] {0, 1, -1, 77, Integer.MIN_VALUE}) {
            assertThat(keyed.put(id, "long " + id)).isTrue();
            assertThat(bytes.value(id)).isEqualTo("long " + id);
            assertThat(bytes.put(id, "bytes")).isFalse();
            assertThat(keyed.value(id)).isEqualTo("bytes");
            assertThat(bytes.segmentIndex(id)).isEqualTo(keyed.segmentIndex(id));
        }
        final UnsafeBuffer seven = new UnsafeBuffer(new byte[7]);
        assertThat(cache.contains(seven, 0, 7)).as("no prefix").isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void valuesGrowAndShrinkThroughAllClasses(KeyKind kind) {
        open(kind);
        keyed.put(2, "neighbour");
        final List<Integer> lengths = new ArrayList<>();
        for (int length = 0; length <= 4_000; length += 1 + length / 7) {
            lengths.add(length);
            lengths.add(0, length);
        }
        String last = null;
        for (final int length : lengths) {
            final String value = Integer.toString(length % 10).repeat(length);
            assertThat(keyed.put(1, value, TTL)).isEqualTo(last == null);
            assertThat(keyed.value(1)).isEqualTo(value);
            assertThat(keyed.remainingTtlNs(1)).isEqualTo(TTL);
            last = value;
            TestSupport.assertClean(cache);
        }
        assertThat(keyed.value(2)).isEqualTo("neighbour");
        assertThat(cache.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 255, 256, 257, 65_535})
    void keysMayHaveAnyLengthAndEveryByteCounts(int length) {
        open(KeyKind.LONG, builder -> builder.memoryBytes(1 << 22).slabBytes(1 << 18));
        final UnsafeBuffer key = new UnsafeBuffer(new byte[length + 2]);
        key.setMemory(0, key.capacity(), (byte) 7);
        final UnsafeBuffer value = TestSupport.bytes("value");
        cache.put(key, 1, length, value, 0, 5);
        key.putByte(0, (byte) 8);
        key.putByte(length + 1, (byte) 8);
        assertThat(cache.contains(key, 1, length)).isTrue();
        for (final int i : new int[] {0, length / 2, length - 1}) {
            key.putByte(1 + i, (byte) 9);
            assertThat(cache.contains(key, 1, length)).as("byte %d differs", i).isFalse();
            key.putByte(1 + i, (byte) 7);
        }
        assertThat(length == 1 || !cache.contains(key, 1, length - 1)).isTrue();
        final List<Integer> seen = new ArrayList<>();
        for (long cursor = 0; cursor != SCAN_DONE; ) {
            cursor = cache.scan(cursor, 10, (k, v) -> seen.add(k.capacity()));
        }
        assertThat(seen).containsExactly(length);
        assertThat(cache.remove(key, 1, length)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void theLargestEntryFitsAndOneByteMoreIsRefused(KeyKind kind) {
        open(kind).put(1, "old");
        keyed.put(2, "x");
        final int keyBytes = kind == KeyKind.TEXT ? 16 : 8;
        final int most = SLAB - EntryDescriptor.HEADER_LENGTH - keyBytes;
        final String largest = "y".repeat(most);
        final String tooLarge = "z".repeat(most + 1);
        final CacheStatistics before = cache.statistics();
        final List<Runnable> writes =
                List.of(
                        () -> keyed.put(1, tooLarge),
                        () -> keyed.put(3, tooLarge, TTL),
                        () -> keyed.putIfAbsent(3, tooLarge),
                        () -> keyed.replace(1, tooLarge, TTL),
                        () -> keyed.compareAndSet(1, "old", tooLarge));
        for (final Runnable write : writes) {
            assertThatThrownBy(write::run)
                    .isInstanceOfSatisfying(
                            EntryTooLargeException.class,
                            e -> {
                                assertThat(e.entryBytes()).isEqualTo(SLAB + 1);
                                assertThat(e.maxEntryBytes()).isEqualTo(SLAB);
                            })
                    .hasMessageContaining(Integer.toString(SLAB + 1))
                    .hasMessageContaining(Integer.toString(SLAB));
        }
        assertThat(cache.statistics()).isEqualTo(before);
        assertThat(keyed.value(1)).isEqualTo("old");
        assertThat(keyed.remainingTtlNs(1)).isEqualTo(NO_TTL);
        assertThat(keyed.contains(3)).isFalse();
        assertThat(keyed.put(1, largest)).isFalse();
        assertThat(keyed.put(3, largest, TTL)).isTrue();
        assertThat(keyed.value(1)).isEqualTo(largest);
        assertThat(keyed.value(3)).isEqualTo(largest);
    }

    @Test
    void buffersMayLieAnywhere() {
        open(KeyKind.LONG);
        final ByteBuffer heap = ByteBuffer.allocate(32);
        final ByteBuffer direct = ByteBuffer.allocateDirect(32);
        final List<MutableDirectBuffer> buffers =
                List.of(
                        new UnsafeBuffer(new byte[32]),
                        new UnsafeBuffer(new byte[40], 5, 32),
                        new UnsafeBuffer(heap),
                        new UnsafeBuffer(heap.position(9).slice()),
                        new UnsafeBuffer(direct),
                        new UnsafeBuffer(direct.position(7).slice()),
                        new UnsafeBuffer(new UnsafeBuffer(direct), 3, 20),
                        new ExpandableArrayBuffer(32));
        for (final MutableDirectBuffer from : buffers) {
            for (final MutableDirectBuffer to : buffers) {
                from.setMemory(0, 20, (byte) '-');
                from.putStringWithoutLengthAscii(2, "key");
                from.putStringWithoutLengthAscii(9, "value");
                assertThat(cache.put(from, 2, 3, from, 9, 5)).isTrue();
                final int length = cache.getAndRemove(from, 2, 3, to, 1);
                assertThat(to.getStringWithoutLengthAscii(1, length)).isEqualTo("value");
            }
        }
        assertThat(cache.size()).isZero();
    }
}
