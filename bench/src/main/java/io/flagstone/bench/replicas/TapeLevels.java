// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.OffHeapCache;
import io.flagstone.bench.replay.TapeSettings;
import io.flagstone.bench.tape.PriceLevelRecord;
import io.flagstone.bench.tape.Trade;
import io.flagstone.bench.tape.TradeTape;
import io.flagstone.bench.verify.Differences;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The trades of the tape by price level. They tell what a book must hold at the end, whoever made
 * the trades: a record is the result of the last trades of its level, as many as it counts.
 */
final class TapeLevels {
    private final TapeSettings settings;
    private final Map<Long, List<Print>> levels = new HashMap<>();
    private long trades;
    private long originNs;
    private long nowNs;

    /**
     * A trade.
     *
     * @param timeNs the time on the tape.
     * @param clockNs the time of the replay's clock, which never goes back.
     */
    private record Print(long timeNs, long clockNs, long price, long amount) {}

    private TapeLevels(TapeSettings settings) {
        this.settings = settings;
    }

    /**
     * Reads the tape.
     *
     * @param settings the settings of the book.
     * @throws IOException if the tape cannot be read.
     */
    static TapeLevels read(TapeSettings settings) throws IOException {
        final TapeLevels result = new TapeLevels(settings);
        final Trade trade = new Trade();
        try (TradeTape tape = TradeTape.open()) {
            while (tape.next(trade)) {
                result.add(trade);
            }
        }
        return result;
    }

    private void add(Trade trade) {
        if (trades == 0) {
            originNs = trade.timeNs();
        }
        nowNs = Math.max(nowNs, trade.timeNs() - originNs);
        trades++;
        levels.computeIfAbsent(
                        Math.floorDiv(trade.price(), settings.tickSize()), k -> new ArrayList<>())
                .add(new Print(trade.timeNs(), nowNs, trade.price(), trade.amount()));
    }

    /** Returns the number of trades. */
    long trades() {
        return trades;
    }

    /** Returns the time of the first trade. */
    long originNs() {
        return originNs;
    }

    /** Returns the time of the last trade. */
    long endNs() {
        return originNs + nowNs;
    }

    /**
     * Compares what a cache holds at the end with the tape.
     *
     * @param contents the live entries.
     * @param evictions how many live entries the primaries evicted.
     * @param findings where to add what is wrong.
     */
    void compare(Contents contents, long evictions, Differences findings) {
        final Map<Long, Contents.Entry> entries = contents.byKey();
        entries.remove(Marker.KEY);
        for (final Contents.Entry entry : entries.values()) {
            final String problem = problem(entry);
            if (problem != null) {
                findings.add(Finding.WRONG_RECORD, "level " + entry.key() + ": " + problem);
            }
        }
        final List<Long> missing =
                levels.entrySet().stream()
                        .filter(level -> deadlineNs(level.getValue()) > nowNs)
                        .map(Map.Entry::getKey)
                        .filter(level -> !entries.containsKey(level))
                        .toList();
        if (missing.size() > evictions) {
            findings.add(
                    Finding.MISSING_LEVEL,
                    missing.size() - evictions,
                    List.of(
                            "levels missing at the end: "
                                    + missing
                                    + ", though only "
                                    + evictions
                                    + " entries were evicted"));
        }
    }

    private long deadlineNs(List<Print> level) {
        final long lastNs = level.get(level.size() - 1).clockNs();
        return settings.ttlNs() == OffHeapCache.NO_TTL || settings.ttlNs() > Long.MAX_VALUE - lastNs
                ? Long.MAX_VALUE
                : lastNs + settings.ttlNs();
    }

    /** Returns what is wrong with a record, or null. */
    private String problem(Contents.Entry entry) {
        final List<Print> level = levels.get(entry.key());
        if (level == null) {
            return "is in the cache, but the tape has no trade of it";
        }
        final byte[] value = entry.bytes();
        if (value.length != PriceLevelRecord.LENGTH) {
            return "the record has " + value.length + " bytes";
        }
        final long counted = new PriceLevelRecord().wrap(new UnsafeBuffer(value), 0).trades();
        if (counted < 1 || counted > level.size()) {
            return "the record counts " + counted + " trades of " + level.size();
        }
        final byte[] expected = record(level.subList(level.size() - (int) counted, level.size()));
        if (!Arrays.equals(value, expected)) {
            return "the record is "
                    + entry.value()
                    + ", but the last "
                    + counted
                    + " trades make "
                    + HexFormat.of().formatHex(expected);
        }
        return entry.deadlineNs() == deadlineNs(level)
                ? null
                : "the deadline is "
                        + entry.deadlineNs()
                        + " instead of "
                        + deadlineNs(level)
                        + " ns after the first trade";
    }

    private static byte[] record(List<Print> prints) {
        final byte[] bytes = new byte[PriceLevelRecord.LENGTH];
        final PriceLevelRecord record = new PriceLevelRecord().wrap(new UnsafeBuffer(bytes), 0);
        final Trade trade = new Trade();
        boolean first = true;
        for (final Print print : prints) {
            trade.set(print.timeNs(), print.price(), print.amount());
            if (first) {
                record.begin(trade);
            } else {
                record.add(trade);
            }
            first = false;
        }
        return bytes;
    }
}
