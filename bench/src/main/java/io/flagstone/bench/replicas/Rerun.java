// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.replay.CacheSettings;
import io.flagstone.bench.replay.ReplayClock;
import io.flagstone.bench.verify.Differences;
import io.flagstone.bench.verify.ReferenceModel;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The contents of the first primary when it died, from a second run of the same trades in this
 * process. The same settings, hash seed, clock and order of operations lead to the same states. The
 * entries are those of the model, which has nothing to do with feeds and replicas.
 *
 * <p>The primary died during one trade, which changes a few entries one after another. So there are
 * two states: before the trade, and after it.
 *
 * @param before the entries before the trade.
 * @param after the entries after it.
 * @param nowNs the time of the trade, by the clock of the replay.
 * @param evictions how many live entries were evicted until then.
 * @param differences how many answers of the cache differed from the model.
 */
record Rerun(
        Map<Long, Contents.Entry> before,
        Map<Long, Contents.Entry> after,
        long nowNs,
        long evictions,
        long differences) {

    /**
     * Runs the trades again.
     *
     * @param assignment the settings of the first primary.
     * @param trade the number of the trade during which it died, from 0; -1 if it made none.
     * @throws IOException if the tape cannot be read.
     */
    static Rerun until(Talk.Assignment assignment, long trade) throws IOException {
        final ReplayClock clock = new ReplayClock();
        final ReferenceModel model = new ReferenceModel(clock, assignment.cache().exactOrder());
        try (OffHeapCache cache = CacheSettings.build(Node.builder(assignment, clock, model));
                MarkedBook book = new MarkedBook(cache, clock, model, assignment.tape())) {
            while (book.trades() < trade) {
                if (!book.step()) {
                    throw new IOException("the tape ends before trade " + trade);
                }
            }
            final Map<Long, Contents.Entry> before = Contents.of(model).byKey();
            if (trade >= 0) {
                book.step();
            }
            return new Rerun(
                    before,
                    Contents.of(model).byKey(),
                    clock.nanoTime(),
                    cache.statistics().evictions(),
                    model.differences().total());
        }
    }

    /**
     * Compares what a promoted replica held with the two states. Each value and each deadline must
     * be that of one of them. Each key that both states have must be there.
     *
     * @param promoted the entries of the replica.
     * @param findings where to add what is wrong.
     */
    void compare(Contents promoted, Differences findings) {
        final Map<Long, Contents.Entry> entries = promoted.byKey();
        for (final Contents.Entry entry : entries.values()) {
            final Contents.Entry earlier = before.get(entry.key());
            final Contents.Entry later = after.get(entry.key());
            if (!isOneOf(entry, earlier, later)) {
                findings.add(
                        Finding.FOREIGN_ENTRY,
                        "the promoted replica has "
                                + entry
                                + ", the primary had "
                                + earlier
                                + " before the trade and "
                                + later
                                + " after it");
            }
        }
        final Set<Long> kept = new HashSet<>(before.keySet());
        kept.retainAll(after.keySet());
        kept.removeAll(entries.keySet());
        for (final Long key : kept) {
            findings.add(Finding.LOST_ENTRY, "the promoted replica lacks " + before.get(key));
        }
    }

    /**
     * Compares what the promoted replica held after the trade of the marker. All entries must be
     * those of the primary after that trade. Only which entries are evicted may differ, as replicas
     * do not know which are read.
     *
     * @param promoted the live entries of the replica.
     * @param evicted how many live entries it had evicted by then.
     * @param findings where to add what is wrong.
     */
    void compareResumed(Contents promoted, long evicted, Differences findings) {
        final Map<Long, Contents.Entry> entries = promoted.byKey();
        for (final Contents.Entry entry : entries.values()) {
            final Contents.Entry expected =
                    after.getOrDefault(entry.key(), before.get(entry.key()));
            if (entry.key() != Marker.KEY && !entry.equals(expected)) {
                findings.add(
                        Finding.WRONG_RESUMPTION,
                        "after its first trade the promoted replica has "
                                + entry
                                + " instead of "
                                + expected);
            }
        }
        final Set<Long> missing = new HashSet<>(after.keySet());
        missing.removeAll(entries.keySet());
        missing.removeIf(key -> after.get(key).deadlineNs() <= nowNs);
        if (missing.size() > evicted) {
            findings.add(
                    Finding.WRONG_RESUMPTION,
                    "after its first trade the promoted replica lacks levels "
                            + missing
                            + ", though it evicted only "
                            + evicted);
        }
    }

    private static boolean isOneOf(
            Contents.Entry entry, Contents.Entry earlier, Contents.Entry later) {
        if (entry.key() == Marker.KEY) {
            // The marker has a time of that run, and says by itself of which trade it is.
            return earlier != null || later != null;
        }
        final boolean hasValue =
                earlier != null && entry.value().equals(earlier.value())
                        || later != null && entry.value().equals(later.value());
        final boolean hasDeadline =
                earlier != null && entry.deadlineNs() == earlier.deadlineNs()
                        || later != null && entry.deadlineNs() == later.deadlineNs();
        return hasValue && hasDeadline;
    }
}
