// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.recency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the lists keep the order of use over all classes up to the promotion distance. */
class LruListsTest {
    private static final int CLOCK = 8;
    private static final int START = 64;
    private static final int LISTS = EntryDescriptor.MAX_SIZE_CLASSES;
    private static final int[] CLASSES = {0, 3, 63, 64, 126};
    private static final int FIRST_ENTRY = 8_192;
    private static final int CHUNK = 64;
    private static final int ENTRIES = 200;

    private final Region region = Region.allocate(FIRST_ENTRY + (ENTRIES + 2) * CHUNK);
    private final Random random = new Random(TestSupport.seed());
    private final Map<Integer, LinkedList<Integer>> model = new HashMap<>();
    private final Map<Integer, Long> stamps = new HashMap<>();
    private long ticks;
    private boolean exact = true;
    private LruLists lists = new LruLists(region, CLOCK, START, LISTS, 0);

    private static int entry(int number) {
        return FIRST_ENTRY + number * CHUNK;
    }

    private int classOf(int entry) {
        return EntryDescriptor.sizeClass(region, entry);
    }

    private LinkedList<Integer> listOf(int sizeClass) {
        return model.computeIfAbsent(sizeClass, c -> new LinkedList<>());
    }

    private void add(int entry, int sizeClass) {
        EntryDescriptor.init(region, entry, 0, Long.BYTES, 0, sizeClass);
        lists.addFirst(sizeClass, entry);
        listOf(sizeClass).addFirst(entry);
        stamps.put(entry, ++ticks);
    }

    private void remove(int entry) {
        lists.remove(classOf(entry), entry);
        listOf(classOf(entry)).remove((Integer) entry);
        stamps.remove(entry);
    }

    private void moveInModel(int entry) {
        listOf(classOf(entry)).remove((Integer) entry);
        listOf(classOf(entry)).addFirst(entry);
        ticks += exact ? 1 : 0;
        stamps.put(entry, ticks);
    }

    private BitSet live() {
        final BitSet live = new BitSet();
        stamps.keySet().forEach(entry -> live.set(entry >>> 3));
        return live;
    }

    private void assertMatchesModel() {
        lists.audit(live());
        for (final int sizeClass : CLASSES) {
            final List<Integer> walked = new ArrayList<>();
            for (int entry = lists.last(sizeClass);
                    entry != Region.NONE;
                    entry = EntryDescriptor.lruPrevious(region, entry)) {
                walked.add(entry);
            }
            Collections.reverse(walked);
            assertThat(walked).as("seed %d", TestSupport.seed()).isEqualTo(listOf(sizeClass));
        }
    }

    private void assertTailsMatchModel() {
        Integer oldest = null;
        for (final int sizeClass : CLASSES) {
            final LinkedList<Integer> list = listOf(sizeClass);
            assertThat(lists.size(sizeClass)).isEqualTo(list.size());
            final int last = list.isEmpty() ? Region.NONE : list.getLast();
            assertThat(lists.last(sizeClass)).isEqualTo(last);
            if (last != Region.NONE) {
                assertThat(lists.lastAge(sizeClass)).isEqualTo(ticks - stamps.get(last));
                if (oldest == null || stamps.get(last) < stamps.get(oldest)) {
                    oldest = last;
                }
            }
        }
        if (oldest != null) {
            assertThat(lists.oldestClass()).isEqualTo(classOf(oldest));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.125, 1})
    void listsMatchModel(double fraction) {
        lists = new LruLists(region, CLOCK, START, LISTS, (int) (fraction * PromotionDistance.ONE));
        exact = fraction == 0;
        int promoted = 0;
        int left = 0;
        for (int round = 0; round < 50_000; round++) {
            final int entry = entry(random.nextInt(ENTRIES));
            if (!stamps.containsKey(entry)) {
                add(entry, CLASSES[random.nextInt(CLASSES.length)]);
            } else {
                switch (random.nextInt(8)) {
                    case 0:
                        remove(entry);
                        break;
                    case 1:
                        lists.moveToFirst(classOf(entry), entry);
                        moveInModel(entry);
                        break;
                    case 2:
                        lists.renew(classOf(entry), entry);
                        listOf(classOf(entry)).remove((Integer) entry);
                        listOf(classOf(entry)).addFirst(entry);
                        stamps.put(entry, ++ticks);
                        break;
                    default:
                        final long age = ticks - stamps.get(entry);
                        final boolean far =
                                age > Math.floor(listOf(classOf(entry)).size() * fraction);
                        assertThat(lists.distance().isBehind(region, entry)).isEqualTo(far);
                        assertThat(lists.promote(entry))
                                .as("seed %d: at age %d", TestSupport.seed(), age)
                                .isEqualTo(far);
                        if (far) {
                            moveInModel(entry);
                            promoted++;
                        } else {
                            left++;
                        }
                        break;
                }
            }
            assertTailsMatchModel();
            if (round % 500 == 0) {
                assertMatchesModel();
            }
        }
        assertMatchesModel();
        assertThat(promoted).isPositive();
        assertThat(left).isPositive();
        List.copyOf(stamps.keySet()).forEach(this::remove);
        assertMatchesModel();
    }

    @Test
    void withDistanceZeroOnlyNewestEntryStays() {
        add(entry(0), 3);
        add(entry(1), 3);
        assertThat(lists.promote(entry(1))).isFalse();
        assertThat(lists.promote(entry(0))).isTrue();
        assertThat(lists.last(3)).isEqualTo(entry(1));
        add(entry(2), 64);
        assertThat(lists.promote(entry(0))).as("the clock is the segment's").isTrue();
        assertThat(lists.oldestClass()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.125, 0.5, 1})
    void evictionOrderIsExactUpToTheDistance(double fraction) {
        lists = new LruLists(region, CLOCK, START, LISTS, (int) (fraction * PromotionDistance.ONE));
        final Map<Integer, Long> lastUses = new HashMap<>();
        long added = 0;
        for (int i = 0; i < ENTRIES; i++) {
            add(entry(i), 0);
            lastUses.put(entry(i), ++added);
        }
        long widest = 0;
        for (int round = 0; round < 20_000; round++) {
            final int entry = entry(random.nextInt(ENTRIES));
            if (random.nextInt(4) != 0) {
                lists.promote(entry);
                lastUses.put(entry, added);
            } else {
                final int evicted = lists.last(0);
                final long inversion = lastUses.get(evicted) - Collections.min(lastUses.values());
                assertThat((double) inversion)
                        .as("seed %d: round %d", TestSupport.seed(), round)
                        .isLessThanOrEqualTo(fraction * ENTRIES);
                widest = Math.max(widest, inversion);
                lists.remove(0, evicted);
                EntryDescriptor.init(region, evicted, 0, Long.BYTES, 0, 0);
                lists.addFirst(0, evicted);
                lastUses.put(evicted, ++added);
            }
        }
        assertThat(widest > 0).isEqualTo(fraction > 0);
        final BitSet live = new BitSet();
        lastUses.keySet().forEach(entry -> live.set(entry >>> 3));
        lists.audit(live);
    }

    @Test
    void entryMovesOnlyOnceWhileNothingIsAdded() {
        lists = new LruLists(region, CLOCK, START, LISTS, PromotionDistance.ONE / 8);
        for (int i = 0; i < ENTRIES; i++) {
            add(entry(i), 0);
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < ENTRIES; i++) {
                assertThat(lists.promote(entry(i)))
                        .isEqualTo(round == 0 && i < ENTRIES - ENTRIES / 8 - 1);
            }
        }
    }

    private interface Fault extends Consumer<LruListsTest> {}

    @Test
    void movedEntryKeepsItsPosition() {
        final int spare = entry(ENTRIES);
        for (int i = 0; i < 3; i++) {
            add(entry(i), 5);
        }
        for (int i = 0; i < 3; i++) {
            region.copy(entry(i), spare, CHUNK);
            lists.moved(spare);
            assertThat(lists.last(5)).isEqualTo(i == 0 ? spare : entry(0));
            final BitSet live = live();
            live.clear(entry(i) >>> 3);
            live.set(spare >>> 3);
            lists.audit(live);
            region.copy(spare, entry(i), CHUNK);
            lists.moved(entry(i));
            assertMatchesModel();
        }
    }

    @Test
    void interpolatesAgeWithoutLastEntries() {
        for (int i = 0; i < 10; i++) {
            add(entry(i), 7);
        }
        add(entry(10), 8);
        assertThat(lists.lastAge(7)).isEqualTo(10);
        assertThat(lists.ageWithout(7, 0)).isEqualTo(10);
        assertThat(lists.ageWithout(7, 5)).isBetween(5L, 6L);
        assertThat(lists.ageWithout(7, 10)).as("the age of the first").isEqualTo(1);
        assertThat(lists.ageWithout(8, 1)).isZero();
        assertThat(lists.isOld(entry(0), 8)).isTrue();
        assertThat(lists.isOld(entry(1), 8)).isTrue();
        assertThat(lists.isOld(entry(3), 8)).isFalse();
    }

    @Test
    void findsNonemptyClassesInOrder() {
        assertThat(lists.nextNonempty(0)).isEqualTo(-1);
        int number = 0;
        for (final int sizeClass : CLASSES) {
            add(entry(number++), sizeClass);
        }
        for (int from = 0, i = 0; from < LISTS; from++) {
            i += i < CLASSES.length && CLASSES[i] < from ? 1 : 0;
            assertThat(lists.nextNonempty(from)).isEqualTo(i < CLASSES.length ? CLASSES[i] : -1);
        }
        assertThat(lists.nextNonempty(LISTS)).isEqualTo(-1);
        for (int i = 0; i < CLASSES.length; i++) {
            remove(entry(i));
            assertThat(lists.nextNonempty(0))
                    .as("emptying a list does not change the others")
                    .isEqualTo(i + 1 < CLASSES.length ? CLASSES[i + 1] : -1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 13, 64, 65, LISTS})
    void headsEndAtLength(int count) {
        final int end = START + LruLists.length(count);
        for (int offset = end; offset < FIRST_ENTRY; offset += Long.BYTES) {
            region.putLong(offset, -1);
        }
        lists = new LruLists(region, CLOCK, START, count, 0);
        add(entry(0), count - 1);
        add(entry(1), count - 1);
        lists.audit(live());
        assertThat(region.getLong(end - Long.BYTES)).as("the last tail's stamp").isEqualTo(1);
        for (int offset = end; offset < FIRST_ENTRY; offset += Long.BYTES) {
            assertThat(region.getLong(offset)).as("memory after the heads").isEqualTo(-1);
        }
    }

    static Stream<Arguments> faults() {
        final int list =
                START + RecencyDescriptor.headerLength(LISTS) + 3 * RecencyDescriptor.LIST_LENGTH;
        return Stream.of(
                fault(
                        "a missing back link",
                        "does not link back",
                        t -> EntryDescriptor.lruPrevious(t.region, entry(0), entry(2))),
                fault(
                        "a link to something that is not an entry",
                        "which is not an entry",
                        t -> EntryDescriptor.lruNext(t.region, entry(1), entry(5))),
                fault(
                        "a list in a circle",
                        "does not link back",
                        t -> EntryDescriptor.lruNext(t.region, entry(0), entry(2))),
                fault(
                        "an entry of another class",
                        "is not of class 3",
                        t -> t.region.putInt(entry(1) + 36, 64 << 24)),
                fault(
                        "stamps out of order",
                        "out of order with its predecessor's",
                        t -> EntryDescriptor.stamp(t.region, entry(0), 2)),
                fault(
                        "a stamp ahead of the clock",
                        "or the clock",
                        t -> EntryDescriptor.stamp(t.region, entry(2), 99)),
                fault(
                        "a wrong size",
                        "class 3 counts 4 entries, has 3",
                        t ->
                                t.region.addInt(
                                        START + RecencyDescriptor.SIZES + 3 * Integer.BYTES, 1)),
                fault(
                        "a wrong tail",
                        "class 3 counts",
                        t -> t.region.putInt(list + RecencyDescriptor.TAIL, entry(1))),
                fault(
                        "a missing mark of a list that is not empty",
                        "class 3 counts",
                        t -> t.region.putLong(START + RecencyDescriptor.NONEMPTY, 0)),
                fault(
                        "a mark of an empty list",
                        "class 65 counts 0 entries, has 0",
                        t -> t.region.putLong(START + RecencyDescriptor.NONEMPTY + 8, 2)),
                fault(
                        "a wrong stamp of the tail",
                        "class 3: the stored stamp is not its tail's",
                        t -> t.region.putLong(list + RecencyDescriptor.TAIL_STAMP, 7)),
                fault(
                        "an entry in no list",
                        "4 live chunks, 3 in lists",
                        t -> t.stamps.put(entry(9), 0L)));
    }

    private static Arguments fault(String name, String finding, Fault fault) {
        return Arguments.of(name, finding, fault);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void auditFinds(String name, String finding, Fault fault) {
        add(entry(0), 3);
        add(entry(1), 3);
        add(entry(2), 3);
        lists.audit(live());
        fault.accept(this);
        assertThatThrownBy(() -> lists.audit(live()))
                .as(name)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("recency: ")
                .hasMessageContaining(finding);
    }
}
