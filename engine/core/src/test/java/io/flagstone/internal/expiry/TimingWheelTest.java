// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.expiry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestSupport;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that no due entry is lost and none is early, for any tick, horizon and clock jump. */
class TimingWheelTest {
    private static final int START = 64;
    private static final int FIRST_ENTRY = 4_096;
    private static final int CHUNK = 48;
    private static final int ENTRIES = 300;
    private static final long MS = 1_000_000;

    private final Region region = Region.allocate(FIRST_ENTRY + 2_000 * CHUNK);
    private final Random random = new Random(TestSupport.seed());
    private final BitSet live = new BitSet();
    private final Map<Integer, Long> deadlines = new TreeMap<>();
    private long tickNs = MS;
    private TimingWheel wheel = new TimingWheel(region, START, levelBits(), MS);
    private long now;
    private long moved;

    /** Returns the bits of a level. Another class repeats all tests with a narrow wheel. */
    int levelBits() {
        return TimingWheel.WIDE;
    }

    private void create(long ns) {
        tickNs = ns;
        wheel = new TimingWheel(region, START, levelBits(), ns);
    }

    private static int entry(int number) {
        return FIRST_ENTRY + number * CHUNK;
    }

    private void arm(int entry, long deadline) {
        if (!live.get(entry >>> 3)) {
            EntryDescriptor.init(region, entry, 0, Long.BYTES, 0, 0);
            live.set(entry >>> 3);
        }
        wheel.arm(entry, deadline, now);
        if (deadline == EntryDescriptor.NO_DEADLINE) {
            deadlines.remove(entry);
        } else {
            deadlines.put(entry, deadline);
        }
    }

    private void forget(int entry) {
        wheel.disarm(entry);
        live.clear(entry >>> 3);
        deadlines.remove(entry);
    }

    /** Polls once and compares the result with the model. */
    private int poll() {
        final boolean due = wheel.isDue(now);
        final int found = wheel.poll(now);
        if (found == TimingWheel.NOTHING_DUE) {
            deadlines.forEach(
                    (entry, deadline) ->
                            assertThat(Math.floorDiv(deadline - 1, tickNs) + 1)
                                    .as("seed %d: tick of %d at %d", seed(), deadline, now)
                                    .isGreaterThan(now / tickNs));
        } else {
            assertThat(due).as("work is announced").isTrue();
        }
        if (found == TimingWheel.MOVED) {
            moved++;
        } else if (found != TimingWheel.NOTHING_DUE) {
            assertThat(deadlines).as("seed %d", seed()).containsKey(found);
            assertThat(deadlines.get(found))
                    .as("seed %d: not early", seed())
                    .isLessThanOrEqualTo(now);
            forget(found);
        }
        assertThat(wheel.armed()).isEqualTo(deadlines.size());
        return found;
    }

    private void pollAll() {
        while (poll() != TimingWheel.NOTHING_DUE) {
            assertThat(moved).isLessThan(Integer.MAX_VALUE);
        }
        assertThat(wheel.isDue(now)).as("silent until the next tick").isFalse();
    }

    private long seed() {
        return TestSupport.seed();
    }

    static Stream<Arguments> ticksAndHorizons() {
        return LongStream.of(
                        TimeUnit.MICROSECONDS.toNanos(1), MS, 7_777_777, TimeUnit.HOURS.toNanos(1))
                .boxed()
                .flatMap(
                        tick ->
                                LongStream.of(
                                                tick,
                                                10 * tick,
                                                70 * tick,
                                                5_000 * tick,
                                                TimeUnit.DAYS.toNanos(1),
                                                TimeUnit.DAYS.toNanos(3_650))
                                        .mapToObj(horizon -> Arguments.of(tick, horizon)));
    }

    @ParameterizedTest
    @MethodSource("ticksAndHorizons")
    void returnsExactlyWhatIsDue(long tick, long horizon) {
        create(tick);
        now = random.nextInt(1 << 20) * tick / 3;
        final long end = Long.MAX_VALUE / 4;
        for (int round = 0; round < 10_000 && now < end; round++) {
            final int entry = entry(random.nextInt(ENTRIES));
            final long inTime = now + 1 + (long) (random.nextDouble() * horizon);
            switch (random.nextInt(10)) {
                case 0:
                    forget(entry);
                    break;
                case 1:
                    arm(entry, EntryDescriptor.NO_DEADLINE);
                    break;
                case 2:
                case 3:
                case 4:
                    if (deadlines.containsKey(entry) && deadlines.get(entry) > now) {
                        // Later by any amount, or earlier down to the next nanosecond.
                        final long deadline = deadlines.get(entry);
                        arm(
                                entry,
                                random.nextBoolean()
                                        ? deadline + random.nextInt(3) * tick / 2
                                        : now
                                                + 1
                                                + (long) (random.nextDouble() * (deadline - now)));
                    }
                    break;
                case 5:
                    now += (long) (random.nextDouble() * random.nextDouble() * horizon / 8);
                    break;
                case 6:
                    // To a boundary of a tick or of a slot of a higher level, or next to it.
                    final long span = tick << levelBits() * random.nextInt(3);
                    now = Math.max(now, (now / span + 1) * span + random.nextInt(3) - 1);
                    break;
                case 7:
                    for (int budget = random.nextInt(4); budget > 0; budget--) {
                        poll();
                    }
                    break;
                case 8:
                    if (random.nextInt(4) == 0) {
                        pollAll();
                    }
                    break;
                default:
                    arm(entry, inTime);
                    break;
            }
            if (round % 100 == 0) {
                wheel.audit(live);
            }
        }
        wheel.audit(live);
        now += 4 * horizon + tick;
        pollAll();
        assertThat(deadlines).isEmpty();
        wheel.audit(live);
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000, MS, 3_600_000_000_000L})
    void farDeadlinesSurviveHugeJumps(long tick) {
        create(tick);
        now = 12_345;
        arm(entry(0), (1L << 62) + 5);
        arm(entry(1), Long.MAX_VALUE - 1);
        arm(entry(2), (1L << 62) - tick);
        arm(entry(3), now + 1);
        now = 1L << 62;
        pollAll();
        assertThat(deadlines).containsOnlyKeys(entry(0), entry(1));
        wheel.audit(live);
        now = Long.MAX_VALUE - 2;
        while (poll() != TimingWheel.NOTHING_DUE) {
            wheel.audit(live);
        }
        assertThat(deadlines).containsOnlyKeys(entry(1));
        assertThat(wheel.isDue(now)).as("no tick begins any more").isFalse();
    }

    @Test
    void skipsEmptyTimeInAtMostOneStepPerLevel() {
        for (int round = 0; round < 1_000; round++) {
            now = random.nextLong() >>> 2 + random.nextInt(40);
            final long deadline = now + 1 + (random.nextLong() >>> 2 + random.nextInt(50));
            arm(entry(0), deadline);
            moved = 0;
            now = deadline - 1;
            pollAll();
            assertThat(deadlines).as("seed %d: not early", seed()).hasSize(1);
            now = (deadline / MS + 1) * MS;
            pollAll();
            assertThat(deadlines).isEmpty();
            assertThat(moved).as("seed %d", seed()).isLessThan(wheel.maxStepsPerEntry());
        }
    }

    @Test
    void everyEntryMovesAtMostOncePerLevel() {
        for (int i = 0; i < ENTRIES; i++) {
            arm(entry(i), 1 + (random.nextLong() >>> 8 + random.nextInt(40)));
        }
        for (final long deadline : List.copyOf(new HashSet<>(deadlines.values()))) {
            // In order, so that every level on the way is passed.
            now = Math.max(now, deadline - 1);
            poll();
        }
        final long last = deadlines.values().stream().mapToLong(Long::longValue).max().orElse(now);
        for (long time = Math.max(1, now); time < last; time += time / 16 + 1) {
            now = time;
            pollAll();
        }
        now = last + MS;
        pollAll();
        assertThat(deadlines).isEmpty();
        assertThat(moved)
                .as("seed %d", seed())
                .isBetween(1L, (wheel.maxStepsPerEntry() - 1L) * ENTRIES);
    }

    @Test
    void handlesManyEntriesInOneTickOneByOne() {
        final int storm = 1_500;
        for (int i = 0; i < storm; i++) {
            arm(entry(i), 10 * MS);
        }
        now = 10 * MS;
        final Set<Integer> seen = new HashSet<>();
        for (int i = 0; i < storm; i++) {
            final int found = poll();
            assertThat(found).isPositive();
            assertThat(seen.add(found)).isTrue();
            if (i % 100 == 0) {
                // Others are added and removed meanwhile.
                arm(entry(storm), now + 1 + random.nextInt(1_000_000_000));
                wheel.audit(live);
                arm(entry(storm), EntryDescriptor.NO_DEADLINE);
            }
        }
        assertThat(poll()).isEqualTo(TimingWheel.NOTHING_DUE);
    }

    @Test
    void extendedDeadlineIsDueAtTheLaterTime() {
        arm(entry(0), 5 * MS);
        final int slot = EntryDescriptor.wheelPrevious(region, entry(0));
        arm(entry(0), 5_000 * MS);
        assertThat(EntryDescriptor.wheelPrevious(region, entry(0)))
                .as("is not moved")
                .isEqualTo(slot);
        now = 5 * MS;
        assertThat(poll()).isEqualTo(TimingWheel.MOVED);
        pollAll();
        now = 5_000 * MS - 1;
        pollAll();
        assertThat(deadlines).hasSize(1);
        now = 5_000 * MS;
        pollAll();
        assertThat(deadlines).isEmpty();
    }

    @Test
    void emptyWheelAdoptsTheTime() {
        arm(entry(0), MS);
        now = MS;
        pollAll();
        now = 1L << 60;
        arm(entry(0), now + 3 * MS);
        now += 4 * MS;
        assertThat(poll()).as("found without a move").isEqualTo(entry(0));
    }

    @Test
    void sameDeadlineLeavesEntryInPlace() {
        arm(entry(0), 5 * MS);
        arm(entry(1), 5 * MS);
        arm(entry(0), 5 * MS);
        assertThat(EntryDescriptor.wheelPrevious(region, entry(0)))
                .as("after the entry that was filed later")
                .isEqualTo(entry(1));
        wheel.audit(live);
    }

    @Test
    void entryIsFiledByTimeOfLastPoll() {
        arm(entry(0), 10_000 * MS);
        now = 100 * MS;
        pollAll();
        arm(entry(1), now + 3 * MS);
        now += 2 * MS;
        assertThat(poll()).as("in a slot of its own tick").isEqualTo(TimingWheel.NOTHING_DUE);
        now += MS;
        assertThat(poll()).isEqualTo(entry(1));
    }

    @Test
    void lastSlotEndsAtLength() {
        final int end = START + TimingWheel.length(levelBits());
        for (int offset = end; offset < FIRST_ENTRY; offset += Integer.BYTES) {
            region.putInt(offset, -1);
        }
        // With so short a tick the farthest deadline needs the last slot of the highest level.
        create(520);
        arm(entry(0), Long.MAX_VALUE - 1);
        assertThat(region.getInt(end - Integer.BYTES)).isEqualTo(entry(0));
        wheel.audit(live);
        for (int offset = end; offset < FIRST_ENTRY; offset += Integer.BYTES) {
            assertThat(region.getInt(offset)).as("memory after the wheel").isEqualTo(-1);
        }
    }

    @Test
    void disarmingTwiceDoesNothing() {
        arm(entry(0), MS);
        arm(entry(1), MS);
        wheel.disarm(entry(0));
        wheel.disarm(entry(0));
        assertThat(wheel.armed()).isEqualTo(1);
    }

    private interface Fault extends Consumer<TimingWheelTest> {}

    @Test
    void movedEntryKeepsItsDeadline() {
        final int spare = entry(ENTRIES);
        for (int i = 0; i < 3; i++) {
            arm(entry(i), 5 * MS);
        }
        for (int i = 0; i < 3; i++) {
            region.copy(entry(i), spare, CHUNK);
            wheel.moved(spare);
            live.clear(entry(i) >>> 3);
            live.set(spare >>> 3);
            wheel.audit(live);
            region.copy(spare, entry(i), CHUNK);
            wheel.moved(entry(i));
            live.clear(spare >>> 3);
            live.set(entry(i) >>> 3);
            wheel.audit(live);
        }
        EntryDescriptor.init(region, entry(9), 0, Long.BYTES, 0, 0);
        wheel.moved(entry(9));
        assertThat(wheel.armed()).isEqualTo(3);
        final Set<Integer> due = new HashSet<>();
        for (int entry = wheel.poll(5 * MS);
                entry != TimingWheel.NOTHING_DUE;
                entry = wheel.poll(5 * MS)) {
            due.add(entry);
        }
        assertThat(due).contains(entry(0), entry(1), entry(2));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "a wrong count",
                        "armed 4, filed 3",
                        t -> t.region.addInt(START + WheelDescriptor.ARMED, 1)),
                fault(
                        "a bit of an empty slot",
                        "its bit is true",
                        t -> t.region.putLong(WheelDescriptor.occupancy(START, 8), 2)),
                fault(
                        "a slot without its bit",
                        "its bit is false",
                        t -> t.region.putLong(WheelDescriptor.occupancy(START, 0), 0)),
                fault(
                        "a missing back link",
                        "does not link back",
                        t -> EntryDescriptor.wheelPrevious(t.region, entry(0), entry(2))),
                fault(
                        "a slot in a circle",
                        "not an entry or is filed twice",
                        t -> EntryDescriptor.wheelNext(t.region, entry(0), entry(1))),
                fault(
                        "a slot of something that is not an entry",
                        "not an entry or is filed twice",
                        t -> EntryDescriptor.wheelNext(t.region, entry(0), entry(7))),
                fault(
                        "a deadline before its slot",
                        "would be missed",
                        t -> EntryDescriptor.deadline(t.region, entry(2), MS)),
                fault(
                        "a slot that has been passed",
                        "would be missed",
                        t -> t.region.putLong(START + WheelDescriptor.CURRENT_TICK, 6)),
                fault(
                        "a deadline outside the wheel",
                        "entry " + entry(3) + ": its deadline and its place in the wheel disagree",
                        t -> EntryDescriptor.deadline(t.region, entry(3), MS)),
                fault(
                        "no deadline in the wheel",
                        "disagree",
                        t ->
                                EntryDescriptor.deadline(
                                        t.region, entry(2), EntryDescriptor.NO_DEADLINE)));
    }

    private static Arguments fault(String name, String finding, Fault fault) {
        return Arguments.of(name, finding, fault);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void auditFinds(String name, String finding, Fault fault) {
        arm(entry(0), 5 * MS);
        arm(entry(1), 5 * MS);
        arm(entry(2), 1_000 * MS);
        arm(entry(3), EntryDescriptor.NO_DEADLINE);
        wheel.audit(live);
        fault.accept(this);
        assertThatThrownBy(() -> wheel.audit(live))
                .as(name)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("wheel: ")
                .hasMessageContaining(finding);
    }
}
