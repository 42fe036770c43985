// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.replicas.ReplicatedResult.KilledReplica;
import io.flagstone.bench.replicas.ReplicatedResult.Promotion;
import io.flagstone.bench.replicas.ReplicatedResult.Replica;
import io.flagstone.bench.replicas.ReplicatedResult.Stay;
import io.flagstone.tools.console.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The lines and tables of a report, with the same words in the text and on the page. */
final class ReplicatedLines {
    static final String LAGS =
            "How far each replica was behind its primary. The delay is from the write in the"
                    + " primary to the moment at which the replica had it, for each trade. Trades"
                    + " behind: looked at once a millisecond.";
    static final List<String> LAG_HEAD =
            List.of(
                    "replica",
                    "behind",
                    "until",
                    "joined in",
                    "trades",
                    "delay p50",
                    "p99",
                    "max",
                    "trades behind p50",
                    "p99",
                    "max");

    static final String DIGESTS =
            "Live entries and their digest at the end of the tape: equal digests, equal keys and"
                    + " values.";
    static final List<String> DIGEST_HEAD =
            List.of("cache", "digest", "entries", "own evictions", "gaps");

    private static final double MICROSECOND_NS = 1_000.0;
    private static final double MILLISECOND_NS = 1_000_000.0;

    private ReplicatedLines() {}

    /** Returns what happened, in order: the trade of the tape and the event. */
    static List<List<String>> course(ReplicatedResult result) {
        final KilledReplica killed = result.killedReplica();
        final Promotion promotion = result.promotion();
        final List<List<String>> lines = new ArrayList<>();
        lines.add(
                List.of(
                        Units.count(killed.trade()),
                        "replica "
                                + killed.id()
                                + " is killed and started again; it has everything "
                                + millis(killed.joinedNs())
                                + " after its start"));
        lines.add(
                List.of(
                        Units.count(promotion.primaryTrades()),
                        "the primary is killed soon after it told of this trade and of change "
                                + Units.count(promotion.published())));
        lines.add(
                List.of(
                        Units.count(promotion.trade()),
                        "replica "
                                + promotion.id()
                                + " is promoted: it had acknowledged change "
                                + Units.count(promotion.acknowledged())
                                + " and has change "
                                + Units.count(promotion.applied())
                                + ", "
                                + (promotion.tradeApplied()
                                        ? "with this trade"
                                        : "and makes this trade again")));
        lines.add(
                List.of(
                        Units.count(result.trades()),
                        "the tape ends, after "
                                + Units.count(result.changes())
                                + " changes of the promoted replica"));
        return lines;
    }

    /** Returns a row for each time in which a replica followed a primary. */
    static List<List<String>> lags(ReplicatedResult result) {
        final List<List<String>> rows = new ArrayList<>();
        for (final Replica replica : result.replicas()) {
            for (final Stay stay : replica.stays()) {
                final Lag lag = stay.lag();
                rows.add(
                        List.of(
                                "replica " + replica.id(),
                                stay.primary(),
                                stay.end(),
                                millis(stay.joinedNs()),
                                Units.count(lag.trades()),
                                micros(lag.delayP50Ns()),
                                micros(lag.delayP99Ns()),
                                micros(lag.delayMaxNs()),
                                Units.count(lag.behindP50()),
                                Units.count(lag.behindP99()),
                                Units.count(lag.behindMax())));
            }
        }
        return rows;
    }

    /** Returns a row for each cache. */
    static List<List<String>> digests(ReplicatedResult result) {
        return result.replicas().stream()
                .map(
                        replica ->
                                List.of(
                                        "replica "
                                                + replica.id()
                                                + (replica.promoted() ? ", now primary" : ""),
                                        ReplicatedResult.show(replica.digest()),
                                        Units.count(replica.entries()),
                                        Units.count(replica.ownEvictions()),
                                        Units.count(replica.gaps())))
                .toList();
    }

    /** Says what was compared. */
    static String compared(ReplicatedResult result) {
        return result.verified()
                ? "Compared: each answer of both primaries with a model; each change in a replica"
                      + " with the one before; what the promoted replica held with a second run of"
                      + " the primary, entry by entry, before and after its first trade; what the"
                      + " last primary holds with the tape; all caches with each other."
                : "Compared: each change in a replica with the one before, and what the caches hold"
                        + " at the end with each other. With --verify also each answer of the"
                        + " primaries with a model, and all contents with the tape.";
    }

    private static String millis(long ns) {
        return String.format(Locale.ROOT, "%,.0f ms", ns / MILLISECOND_NS);
    }

    private static String micros(long ns) {
        return String.format(Locale.ROOT, "%,.0f \u00b5s", ns / MICROSECOND_NS);
    }
}
