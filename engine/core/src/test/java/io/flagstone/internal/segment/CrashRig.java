// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.api.AuditResult;
import io.flagstone.api.CacheStatistics;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.entry.EntryLengths;
import io.flagstone.internal.events.SegmentEvents;
import io.flagstone.internal.index.HashIndex;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.AccessFaults;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.PromotionDistance;
import io.flagstone.internal.segment.SegmentConfig.Budgets;
import io.flagstone.internal.segment.SegmentConfig.Calls;
import io.flagstone.internal.segment.SegmentConfig.Times;
import io.flagstone.internal.slab.SizeClasses;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.agrona.concurrent.UnsafeBuffer;

/** A persistent segment, images of its region, and segments that recover from them. */
final class CrashRig {
    static final long TTL = 1_000_000;
    static final long TICK = 1_000;

    /** Configurations. */
    enum Setup {
        STRIPED(48 << 10, 1 << 10, 1 << 10),
        EXACT(48 << 10, 1 << 10, 1 << 10),
        EXACT_WITH_HANDLER(48 << 10, 1 << 10, 1 << 10),
        FILTERED(48 << 10, 1 << 10, 1 << 10),
        BOUNDED(48 << 10, 1 << 10, 1 << 10),
        SLIDING(48 << 10, 1 << 10, 1 << 10),
        RUNS(64 << 10, 1 << 10, 12 << 10),
        LARGE(256 << 10, 32 << 10, 32 << 10),
        RESERVE(128 << 10, 2 << 10, 2 << 10);

        final int regionBytes;
        final int slabBytes;
        final int maxEntryBytes;

        Setup(int regionBytes, int slabBytes, int maxEntryBytes) {
            this.regionBytes = regionBytes;
            this.slabBytes = slabBytes;
            this.maxEntryBytes = maxEntryBytes;
        }

        boolean isExact() {
            return this == EXACT || this == EXACT_WITH_HANDLER;
        }

        boolean handles() {
            return this == EXACT_WITH_HANDLER || this == BOUNDED;
        }

        long bound() {
            return this == BOUNDED ? 60 : SegmentLayout.UNBOUNDED;
        }
    }

    /** The content of an entry. */
    record Item(String value, long deadline, boolean sliding, long stamp) {
        boolean isSame(Item other) {
            return other != null
                    && value.equals(other.value)
                    && deadline == other.deadline
                    && sliding == other.sliding;
        }

        /**
         * A use, which renews a sliding deadline, may come before the write of which it is part.
         */
        boolean isUsed(Item old, Item renewed) {
            return old != null
                    && renewed != null
                    && value.equals(old.value)
                    && sliding
                    && old.sliding
                    && renewed.sliding
                    && deadline == renewed.deadline;
        }
    }

    /** An operation on a segment. */
    interface Operation {
        void on(Segment segment);
    }

    final Setup setup;
    final KeyedHash hash = new KeyedHash(7);
    final List<Throwable> told = new ArrayList<>();
    long nowNs = 1;
    int removals;

    /** The most entries that a reset may lose. */
    long resets = 1;

    private final SegmentLayout layout;
    private final Region region;
    private final Region second;
    Segment segment;

    CrashRig(Setup setup) {
        this.setup = setup;
        final SizeClasses classes = new SizeClasses(setup.slabBytes, setup.maxEntryBytes);
        this.region = Region.allocate(setup.regionBytes);
        this.second = Region.allocate(setup.regionBytes);
        this.layout =
                SegmentLayout.divide(
                        region.capacity(),
                        classes,
                        72,
                        setup.bound(),
                        setup == Setup.FILTERED,
                        true);
        assertThat(layout.slabs()).isGreaterThan(setup.maxEntryBytes / setup.slabBytes);
        this.segment = new Segment(region, config());
        segment.format();
    }

    SegmentLayout layout() {
        return layout;
    }

    private SegmentConfig config() {
        return new SegmentConfig(
                layout,
                hash,
                setup.isExact() ? 0 : PromotionDistance.ONE / 16,
                new Times(
                        () -> nowNs,
                        0,
                        TICK,
                        Long.MAX_VALUE,
                        setup == Setup.SLIDING ? 100 * TTL : 0),
                new Budgets(4, 4),
                new Calls(
                        setup.handles() ? (cause, key, value) -> removals++ : null,
                        told::add,
                        new ReentryGuard(1),
                        null),
                new ReadCounters(true),
                SegmentEvents.ofNewCache().ofSegment(0));
    }

    // Operations.

    static UnsafeBuffer value(long key, int length, char letter) {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[length]);
        value.setMemory(0, length, (byte) letter);
        if (length >= 16) {
            value.putLong(8, key);
        }
        return value;
    }

    boolean put(Segment to, long condition, long key, UnsafeBuffer value, long ttlNs) {
        return to.put(
                condition,
                hash.hash(key),
                EntryDescriptor.LONG_KEY,
                key,
                EntryLengths.of(8, value.capacity()),
                value.byteArray(),
                value.addressOffset(),
                ttlNs);
    }

    boolean put(Segment to, long key, int length, char letter, long ttlNs) {
        return put(to, PutCondition.ALWAYS, key, value(key, length, letter), ttlNs);
    }

    void putBytes(Segment to, String text, int length, char letter) {
        final UnsafeBuffer key = new UnsafeBuffer(text.getBytes());
        final UnsafeBuffer value = value(1, length, letter);
        to.put(
                PutCondition.ALWAYS,
                hash.hash(key.byteArray(), key.addressOffset(), key.capacity()),
                key.byteArray(),
                key.addressOffset(),
                EntryLengths.of(key.capacity(), length),
                value.byteArray(),
                value.addressOffset(),
                TimesToLive.DEFAULT);
    }

    void remove(Segment from, long key) {
        from.remove(PutCondition.ALWAYS, hash.hash(key), EntryDescriptor.LONG_KEY, key, Long.BYTES);
    }

    int get(Segment from, long key) {
        final byte[] destination = new byte[setup.maxEntryBytes];
        final UnsafeBuffer view = new UnsafeBuffer(destination);
        return from.get(
                hash.hash(key),
                EntryDescriptor.LONG_KEY,
                key,
                Long.BYTES,
                destination,
                view.addressOffset(),
                destination.length);
    }

    /** Promotes entries as a batch of reads does after it has copied their values. */
    void promote(Segment in, long fromKey, int count) {
        for (long key = fromKey; key < fromKey + count && !setup.isExact(); key++) {
            final long[] hashes = {hash.hash(key)};
            final int[] entries = {
                in.index.find(hashes[0], EntryDescriptor.LONG_KEY, key, Long.BYTES)
            };
            final int stripe = in.store.stripes.of(KeyedHash.indexHash(hashes[0]));
            in.promote(
                    0, hashes, new long[] {SegmentVersion.read(in.region, stripe)}, entries, 0, 1);
        }
    }

    static String name(long key) {
        final UnsafeBuffer bytes = new UnsafeBuffer(new byte[8]);
        bytes.putLong(0, key);
        return new String(bytes.byteArray(), StandardCharsets.ISO_8859_1);
    }

    // Images.

    byte[] image() {
        final byte[] image = new byte[region.capacity()];
        region.copyOut(0, image, new UnsafeBuffer(image).addressOffset(), image.length);
        return image;
    }

    private static void load(Region into, byte[] image) {
        into.copyIn(0, image, new UnsafeBuffer(image).addressOffset(), image.length);
    }

    /** Continues from an image of a quiet segment. */
    void load(byte[] image) {
        load(region, image);
        segment = new Segment(region, config());
        segment.attach();
    }

    /** Returns an image at an access of an operation. The operation then ends. */
    byte[] imageAt(long access, Operation operation) {
        final byte[][] image = new byte[1][];
        AccessFaults.interrupt(access, () -> image[0] = image());
        try {
            operation.on(segment);
        } finally {
            AccessFaults.disarm();
        }
        return image[0];
    }

    /** Returns the number of accesses of an operation. */
    static long accesses(Segment segment, Operation operation) {
        AccessFaults.arm(0, false, null);
        try {
            operation.on(segment);
        } finally {
            AccessFaults.disarm();
        }
        return AccessFaults.disarm();
    }

    /** Returns a segment over an image, which is not recovered. */
    Segment over(byte[] image) {
        load(second, image);
        return new Segment(second, config());
    }

    byte[] secondImage() {
        final byte[] image = new byte[second.capacity()];
        second.copyOut(0, image, new UnsafeBuffer(image).addressOffset(), image.length);
        return image;
    }

    /** Recovers an image, and checks what is true of any recovered segment. */
    Segment recovered(byte[] image) {
        final Segment found = over(image);
        final RecoveryCounts counts = found.recoverEntries(nowNs);
        assertSound(found, counts.kept());
        assertThat(counts.dropped()).isLessThanOrEqualTo(counts.kept() == 0 ? resets : 1);
        return found;
    }

    static void assertSound(Segment segment, long entries) {
        final AuditResult audit = segment.audit();
        assertThat(audit.clean()).as(audit.finding()).isTrue();
        assertThat(audit.entries()).isEqualTo(entries);
        final CacheStatistics counts = segment.statistics();
        assertThat(counts.insertions()).isEqualTo(entries);
        assertThat(counts.puts() + counts.removals() + counts.evictions() + counts.expirations())
                .as("counts begin anew")
                .isEqualTo(entries);
    }

    /** Returns what the index refers to. Leaves out what has expired. */
    Map<String, Item> contents(Segment of) {
        final Map<String, Item> contents = new TreeMap<>();
        for (int bucket = 0; bucket < of.index.buckets(); bucket++) {
            for (int slot = 0; slot < HashIndex.SLOTS_PER_BUCKET; slot++) {
                final int entry = of.index.entryInSlot(bucket, slot);
                if (entry != Region.NONE && EntryDescriptor.deadline(of.region, entry) > nowNs) {
                    contents.put(
                            bytes(
                                    of.region,
                                    EntryDescriptor.keyOffset(entry),
                                    EntryDescriptor.keyLength(of.region, entry)),
                            item(of.region, entry));
                }
            }
        }
        return contents;
    }

    private static Item item(Region region, int entry) {
        return new Item(
                bytes(
                        region,
                        EntryDescriptor.valueOffset(region, entry),
                        EntryDescriptor.valueLength(region, entry)),
                EntryDescriptor.deadline(region, entry),
                EntryDescriptor.isSliding(region, entry),
                EntryDescriptor.stamp(region, entry));
    }

    private static String bytes(Region region, int offset, int length) {
        final byte[] bytes = new byte[length];
        region.copyOut(offset, bytes, new UnsafeBuffer(bytes).addressOffset(), length);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * Compares what was recovered from the middle of an operation with what was there before and
     * after it.
     *
     * @param key the operation's key, whose entry must be there if it was before and is after.
     */
    static void assertWhole(
            Map<String, Item> before, Map<String, Item> after, Map<String, Item> found, Long key) {
        found.forEach(
                (name, item) -> {
                    final Item old = before.get(name);
                    final Item renewed = after.get(name);
                    assertThat(
                                    item.isSame(old)
                                            || item.isSame(renewed)
                                            || item.isUsed(old, renewed))
                            .as("key %s: %s is neither %s nor %s", name, item, old, renewed)
                            .isTrue();
                    assertThat(item.stamp)
                            .isBetween(
                                    old == null ? renewed.stamp : old.stamp,
                                    renewed == null ? Long.MAX_VALUE : renewed.stamp);
                });
        before.keySet().stream()
                .filter(after::containsKey)
                .forEach(name -> assertThat(found).as("key %s", name).containsKey(name));
        if (key != null) {
            before.forEach(
                    (name, item) -> {
                        if (!name.equals(name(key)) && item.isSame(after.get(name))) {
                            assertThat(found.get(name)).as("another key").isNotNull();
                        }
                    });
        }
    }

    static void flip(byte[] image, int bit) {
        image[bit >>> 3] ^= (byte) (1 << (bit & 7));
    }

    static byte[] copy(byte[] image) {
        return Arrays.copyOf(image, image.length);
    }
}
