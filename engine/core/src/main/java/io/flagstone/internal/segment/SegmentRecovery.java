// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.memory.Region;
import io.flagstone.internal.segment.SegmentDamagedException.Reason;

/**
 * Takes over a region that another process has written.
 *
 * <p>No other thread uses the segment meanwhile.
 */
final class SegmentRecovery {
    private final Region region;
    private final SegmentConfig config;
    private final EntryStore store;

    SegmentRecovery(Region region, SegmentConfig config, EntryStore store) {
        this.region = region;
        this.config = config;
        this.store = store;
    }

    /**
     * Continues a region that was closed. Takes time for the stripes, and otherwise constant time.
     *
     * @throws SegmentDamagedException if the region was not closed, or holds another layout.
     */
    void attach() {
        checkIdentity();
        check(
                !SegmentVersion.isOdd(region.getLong(SegmentDescriptor.VERSION))
                        && ChangeMark.get(region) == ChangeMark.NONE
                        && region.getLong(SegmentDescriptor.DOUBTED) == Region.NONE
                        && store.stripes.isAtRest(),
                Reason.NOT_CLOSED,
                "an operation did not end: version=%d, changeMark=%d, doubted=%d",
                region.getLong(SegmentDescriptor.VERSION),
                ChangeMark.get(region),
                region.getLong(SegmentDescriptor.DOUBTED));
        final long entries = store.entries.count();
        check(
                entries >= 0
                        && entries <= config.layout().maxEntries()
                        && SegmentClock.latest(region) >= 0,
                Reason.COUNTS,
                "entries=%d, latestTime=%d",
                entries,
                SegmentClock.latest(region));
        beginLife();
    }

    /**
     * Rebuilds a region whose process ended without closing it.
     *
     * @param nowNs the present time of the cache's clock.
     * @throws SegmentDamagedException if the region holds what no segment has written.
     */
    RecoveryCounts recover(long nowNs) {
        checkIdentity();
        throw new SegmentDamagedException(
                Reason.NOT_CLOSED, "not yet recovered: nowNs=%d", store.clock.sinceBirth(nowNs));
    }

    private void checkIdentity() {
        check(
                SegmentDescriptor.isIdentity(
                        region, config.layout(), config.hash().seed(), config.times().tickNs()),
                Reason.IDENTITY,
                "the region was laid out by another version or for another configuration:"
                        + " layoutVersion=%d, supported=%d",
                region.getInt(SegmentDescriptor.IDENTITY_VERSION),
                SegmentDescriptor.LAYOUT_VERSION);
    }

    /**
     * Sets what a process knows of its own life only. Counts begin anew, as if the entries that are
     * there had been inserted: so the insertions less all kinds of removals are the entries.
     */
    private void beginLife() {
        store.stripes.beginLife();
        for (final int counter : SegmentDescriptor.EVENT_COUNTERS) {
            region.putLong(counter, 0);
        }
        region.putLong(SegmentDescriptor.INSERTIONS, store.entries.count());
        store.attach();
    }

    private static void check(boolean holds, Reason reason, String finding, Object... args) {
        if (!holds) {
            throw new SegmentDamagedException(reason, finding, args);
        }
    }
}
