// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.CrashRig.Setup;
import io.flagstone.testing.TestSupport;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An {@link IntactSegment} with one contradiction, which a single flipped bit seldom makes: the two
 * views of a structure differ in a way that leaves simple sums equal, or a word is wrong that the
 * audit does not look at.
 */
@Tag("any-jdk")
class ContradictionTest {
    private final CrashRig rig = new CrashRig(Setup.STRIPED);
    private final List<Integer> entries = new ArrayList<>();
    private Segment segment;
    private Region region;

    @BeforeEach
    void fill() {
        final Random random = new Random(TestSupport.seed());
        for (long key = 2; key < 260; key++) {
            final long ttl = key % 3 == 0 ? CrashRig.TTL * (300 + key) : TimesToLive.DEFAULT;
            rig.put(rig.segment, key, 24 + random.nextInt(300), 'o', ttl);
            rig.nowNs += CrashRig.TICK;
        }
        use(rig.over(rig.image()));
        assertThat(isIntact()).isTrue();
        assertThat(entries).hasSizeGreaterThan(50);
    }

    private void use(Segment other) {
        segment = other;
        region = other.region;
        entries.clear();
        for (int bucket = 0; bucket < other.index.buckets(); bucket++) {
            for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
                final int entry = other.index.entryInSlot(bucket, slot);
                if (entry != Region.NONE) {
                    entries.add(entry);
                }
            }
        }
    }

    private boolean isIntact() {
        return new IntactSegment(region, segment.config, segment.store).isIntact(rig.nowNs);
    }

    private void flip(int bit) {
        final int at = (bit >>> 5) * Integer.BYTES;
        region.putInt(at, region.getInt(at) ^ 1 << (bit & 31));
    }

    @Test
    void everyBitOfTheCountsIsChecked() {
        for (final int word :
                new int[] {
                    SegmentDescriptor.ENTRIES,
                    SegmentDescriptor.KEY_BYTES,
                    SegmentDescriptor.VALUE_BYTES
                }) {
            for (int bit = 8 * word; bit < 8 * (word + Long.BYTES); bit++) {
                flip(bit);
                assertThat(isIntact()).as("word %d, bit %d", word, bit).isFalse();
                flip(bit);
            }
        }
    }

    /** Marks, sizes, heads, tails and stamps; also marks of classes that do not exist. */
    @Test
    void everyBitOfTheTablesOfTheListsIsChecked() {
        int passed = 0;
        for (int bit = 8 * SegmentDescriptor.RECENCY; bit < 8 * rig.layout().wheelOffset(); bit++) {
            flip(bit);
            if (isIntact()) {
                passed++;
                assertThat(segment.audit().finding()).as("bit %d", bit).isEmpty();
                assertThat(segment.store.order.lists().nextNonempty(0))
                        .isLessThan(rig.layout().classes().count());
            }
            flip(bit);
        }
        assertThat(passed).as("the stamps of empty lists").isPositive();
        for (int bit = 0; bit < 2 * Long.SIZE; bit++) {
            flip(8 * SegmentDescriptor.RECENCY + bit);
            assertThat(isIntact()).as("mark %d", bit).isFalse();
            assertThat(segment.audit().clean()).as("mark %d", bit).isFalse();
            flip(8 * SegmentDescriptor.RECENCY + bit);
        }
    }

    @Test
    void noImpossibleDeadlineStampOrPlacePasses() {
        final long clock = region.getLong(SegmentDescriptor.RECENCY_CLOCK);
        for (final int entry : entries) {
            final long deadline = EntryDescriptor.deadline(region, entry);
            EntryDescriptor.deadline(region, entry, deadline | Long.MIN_VALUE);
            assertThat(isIntact()).as("deadline of %d", entry).isFalse();
            EntryDescriptor.deadline(region, entry, deadline);
            final long stamp = EntryDescriptor.stamp(region, entry);
            EntryDescriptor.stamp(region, entry, clock + 1);
            assertThat(isIntact()).as("stamp of %d", entry).isFalse();
            EntryDescriptor.stamp(region, entry, stamp);
            final int next = EntryDescriptor.lruNext(region, entry);
            EntryDescriptor.inWindow(region, entry, true);
            EntryDescriptor.lruNext(region, entry, next);
            assertThat(isIntact()).as("window of %d", entry).isFalse();
            EntryDescriptor.inWindow(region, entry, false);
            EntryDescriptor.lruNext(region, entry, next);
        }
        assertThat(isIntact()).isTrue();
    }

    @Test
    void noLengthBeyondTheChunkPassesIfTheSumIsRight() {
        int tried = 0;
        for (int i = 1; i < entries.size(); i++) {
            final int one = entries.get(i - 1);
            final int other = entries.get(i);
            final int length = EntryDescriptor.valueLength(region, one);
            final int rest = EntryDescriptor.valueLength(region, other);
            final int chunk =
                    rig.layout().classes().chunkBytes(EntryDescriptor.sizeClass(region, one));
            final int more = chunk - EntryDescriptor.HEADER_LENGTH - Long.BYTES + 1 - length;
            if (rest >= more) {
                tried++;
                EntryDescriptor.value(region, one, length + more, false);
                EntryDescriptor.value(region, other, rest - more, false);
                assertThat(isIntact()).as("entry %d", one).isFalse();
                EntryDescriptor.value(region, one, length, false);
                EntryDescriptor.value(region, other, rest, false);
            }
        }
        assertThat(tried).isPositive();
        assertThat(isIntact()).isTrue();
    }

    @Test
    void noTwoExchangedLinksPass() {
        int tried = 0;
        for (int i = 1; i < entries.size(); i++) {
            final int one = entries.get(i - 1);
            for (int k = i; k < entries.size(); k++) {
                final int other = entries.get(k);
                final int next = EntryDescriptor.lruNext(region, one);
                final int otherNext = EntryDescriptor.lruNext(region, other);
                if (next != Region.NONE
                        && otherNext != Region.NONE
                        && EntryDescriptor.sizeClass(region, one)
                                == EntryDescriptor.sizeClass(region, other)) {
                    tried++;
                    EntryDescriptor.lruNext(region, one, otherNext);
                    EntryDescriptor.lruNext(region, other, next);
                    assertThat(isIntact()).as("%d and %d", one, other).isFalse();
                    EntryDescriptor.lruNext(region, one, next);
                    EntryDescriptor.lruNext(region, other, otherNext);
                }
            }
        }
        assertThat(tried).isPositive();
    }

    @Test
    void noListThatIsCutInTwoPasses() {
        int tried = 0;
        for (final int entry : entries) {
            final int next = EntryDescriptor.lruNext(region, entry);
            if (next != Region.NONE) {
                tried++;
                EntryDescriptor.lruNext(region, entry, Region.NONE);
                EntryDescriptor.lruPrevious(region, next, Region.NONE);
                assertThat(isIntact()).as("after %d", entry).isFalse();
                EntryDescriptor.lruNext(region, entry, next);
                EntryDescriptor.lruPrevious(region, next, entry);
            }
        }
        assertThat(tried).isPositive();
    }

    @Test
    void anEntryHasExpiredAtItsDeadline() {
        final byte[] image = rig.image();
        for (final int entry : List.copyOf(entries)) {
            final long deadline = EntryDescriptor.deadline(region, entry);
            if (deadline != EntryDescriptor.NO_DEADLINE && deadline < 400 * CrashRig.TTL) {
                rig.nowNs = deadline;
                final Segment found = rig.over(image);
                final RecoveryCounts counts = found.recoverEntries(rig.nowNs);
                assertThat(rig.contents(found)).hasSize((int) counts.kept());
            }
        }
    }

    /** Between two steps of a rebalancing nothing is under way, but a slab is being emptied. */
    @Test
    void aSegmentThatEmptiesASlabIsRebuilt() {
        int seen = 0;
        for (final Setup setup : new Setup[] {Setup.STRIPED, Setup.LARGE, Setup.RESERVE}) {
            final CrashRig moving = new CrashRig(setup);
            for (long key = 0; key < 3_000 && seen < 20; key++) {
                final int length = key < 1_500 ? 24 + (int) key % 30 : 400;
                moving.put(moving.segment, key, length, 'm', TimesToLive.DEFAULT);
                if (moving.segment.store.entries.slabs.draining() != Region.NONE) {
                    seen++;
                    use(moving.over(moving.image()));
                    assertThat(isIntact()).as("%s, after put %d", setup, key).isFalse();
                }
            }
        }
        assertThat(seen).isPositive();
    }
}
