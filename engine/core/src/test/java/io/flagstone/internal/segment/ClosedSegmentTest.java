// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.api.CacheClosedException;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.index.KeyedHash;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.memory.ThreadId;
import io.flagstone.internal.segment.CrashRig.Setup;
import org.junit.jupiter.api.Test;

/**
 * Another process may continue the region of a persistent segment once that is closed. So a thread
 * that is late writes nothing to it, and does not take the other process's marks for its own.
 */
class ClosedSegmentTest {
    private static final int LENGTH = 40;

    /** A prime, so that the bytes are in all parts of words and lines. */
    private static final int STEP = 97;

    private final CrashRig rig = new CrashRig(Setup.SLIDING);
    private final Segment segment = rig.segment;
    private final Region region = segment.region;

    private int find(long key) {
        return segment.index.find(rig.hash.hash(key), EntryDescriptor.LONG_KEY, key, Long.BYTES);
    }

    private byte[] image() {
        final byte[] bytes = new byte[region.capacity()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) region.getUnsignedByte(i);
        }
        return bytes;
    }

    @Test
    void aLateThreadWritesNothing() {
        for (long key = 1; key < 200; key++) {
            rig.put(segment, key, LENGTH, 'a', CrashRig.TTL);
        }
        final long key = 199;
        final int entry = find(key);
        final long hash = rig.hash.hash(key);
        final int stripe = segment.stripes.of(KeyedHash.indexHash(hash));
        final long seen = SegmentVersion.read(region, stripe);
        segment.close();
        // The other process changes its segment.
        ChangeMark.begin(region);
        rig.nowNs += CrashRig.TTL / 2;
        final byte[] before = image();
        final long thread = ThreadId.current();
        assertThat(segment.useIfCurrent(seen, hash, entry, rig.nowNs, false, thread)).isTrue();
        assertThatThrownBy(() -> segment.useIfCurrent(seen, hash, entry, rig.nowNs, true, thread))
                .isInstanceOf(CacheClosedException.class);
        assertThatThrownBy(() -> rig.get(segment, key)).isInstanceOf(CacheClosedException.class);
        assertThatThrownBy(
                        () ->
                                segment.remainingTtlNs(
                                        hash, EntryDescriptor.LONG_KEY, key, Long.BYTES))
                .isInstanceOf(CacheClosedException.class);
        segment.promote(0, new long[] {hash}, new long[] {seen}, new int[] {entry}, 0, 1);
        segment.endLease(hash);
        assertThat(segment.statistics().insertions()).isPositive();
        assertThat(image()).isEqualTo(before);
    }

    @Test
    void theSealIsBrokenByAnyByte() {
        rig.put(segment, 1, LENGTH, 'a', CrashRig.TTL);
        segment.close();
        Segment.seal(region);
        Segment.checkSeal(region);
        for (int at = 0; at < region.capacity(); at += STEP) {
            region.putByte(at, region.getUnsignedByte(at) ^ 1);
            assertThatThrownBy(() -> Segment.checkSeal(region))
                    .as("byte %d", at)
                    .isInstanceOf(SegmentDamagedException.class)
                    .hasMessageContaining("checksum");
            region.putByte(at, region.getUnsignedByte(at) ^ 1);
        }
        Segment.checkSeal(region);
    }
}
