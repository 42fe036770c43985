// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import com.google.gson.JsonObject;
import io.flagstone.bench.replay.StaleQuote;
import io.flagstone.bench.tape.Trade;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Shows a quote that is read before and after its time to live. */
final class QuoteLines {
    /** The heading in all forms of the report. */
    static final String HEADING = "a quote goes stale, by the clock of the tape";

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("d MMMM yyyy HH:mm:ss.nnnnnnnnn", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC);

    private QuoteLines() {}

    /** Returns a line for the write and for each read: its time, and what happened. */
    static List<List<String>> of(StaleQuote quote) {
        final long end = quote.writtenNs() + quote.ttlNs();
        return List.of(
                List.of(time(quote.writtenNs()), "the last trade of the tape renews its level"),
                List.of(
                        time(end - 1),
                        quote.foundBefore()
                                ? "get: hit, last price " + price(quote) + " USD"
                                : "get: miss, the cache did not keep the level"),
                List.of(
                        time(end),
                        quote.foundAfter()
                                ? "get: HIT, which is an error: the time to live is over"
                                : "get: miss, the time to live is over"));
    }

    static JsonObject json(StaleQuote quote) {
        final JsonObject json = new JsonObject();
        final long end = quote.writtenNs() + quote.ttlNs();
        json.addProperty("writtenAtNs", quote.writtenNs());
        json.addProperty("ttlNs", quote.ttlNs());
        json.addProperty("priceUsd", quote.foundBefore() ? new BigDecimal(price(quote)) : null);
        json.addProperty("readBeforeAtNs", end - 1);
        json.addProperty("readBeforeHit", quote.foundBefore());
        json.addProperty("readAfterAtNs", end);
        json.addProperty("readAfterHit", quote.foundAfter());
        return json;
    }

    private static String price(StaleQuote quote) {
        final BigDecimal price = BigDecimal.valueOf(quote.price(), Trade.PLACES);
        return price.stripTrailingZeros().toPlainString();
    }

    private static String time(long ns) {
        final long second = TimeUnit.SECONDS.toNanos(1);
        return TIME.format(
                        Instant.ofEpochSecond(Math.floorDiv(ns, second), Math.floorMod(ns, second)))
                .replaceFirst("\\.000000000$", "");
    }
}
