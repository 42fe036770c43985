// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.replicas.ReplicatedResult.Promotion;
import io.flagstone.bench.verify.Differences;
import java.util.List;
import java.util.Map;

/** Compares what the caches of a replicated replay held with what they should have held. */
final class Comparison {
    private final Differences findings;
    private final TapeLevels tape;

    /**
     * Creates a comparison.
     *
     * @param findings where to add what differs.
     * @param tape the tape.
     */
    Comparison(Differences findings, TapeLevels tape) {
        this.findings = findings;
        this.tape = tape;
    }

    /** A promoted replica has at least what it had acknowledged. */
    void promotion(Promotion promotion) {
        if (promotion.applied() < promotion.acknowledged()) {
            findings.add(
                    Finding.LOST_ACKNOWLEDGED,
                    "replica "
                            + promotion.id()
                            + " was promoted with change "
                            + promotion.applied()
                            + ", but had acknowledged "
                            + promotion.acknowledged());
        }
    }

    /** A replica applies each change once and in order. */
    void succession(String replica, Talk.Found found) {
        findings.add(
                Finding.SUCCESSION,
                found.total(),
                found.described().stream().map(text -> replica + ": " + text).toList());
    }

    /**
     * At the end, the replicas hold what the primary holds.
     *
     * @param chosen the id of the last primary.
     * @param ends what each cache holds, by id.
     */
    void ends(int chosen, Map<Integer, Talk.Finished> ends) {
        final Talk.Finished primary = ends.get(chosen);
        ends.forEach(
                (id, end) -> {
                    final String name = "replica " + id;
                    if (end.audit() != null) {
                        findings.add(Finding.AUDIT, name + ": " + end.audit());
                    }
                    if (end != primary) {
                        succession(name, end.found());
                    }
                    findings.add(
                            Finding.OWN_EVICTION,
                            end.ownEvictions(),
                            List.of(name + " evicted " + end.ownEvictions() + " by itself"));
                    if (end.digest() != primary.digest()) {
                        findings.add(
                                Finding.UNEQUAL_DIGEST,
                                name
                                        + " has the digest "
                                        + ReplicatedResult.show(end.digest())
                                        + ", the primary has "
                                        + ReplicatedResult.show(primary.digest()));
                    }
                    entries(name, end.contents().byKey(), primary.contents().byKey());
                });
    }

    private void entries(
            String name, Map<Long, Contents.Entry> entries, Map<Long, Contents.Entry> expected) {
        entries.forEach(
                (key, entry) -> {
                    if (!entry.equals(expected.get(key))) {
                        findings.add(
                                Finding.UNEQUAL_ENTRY,
                                name + " has " + entry + " instead of " + expected.get(key));
                    }
                });
        expected.forEach(
                (key, entry) -> {
                    if (!entries.containsKey(key)) {
                        findings.add(Finding.UNEQUAL_ENTRY, name + " lacks " + entry);
                    }
                });
    }

    /**
     * The primaries' answers are those of their models, the promoted replica goes on from a state
     * of the first primary, and the last primary holds what the tape says.
     *
     * @param rerun the states of the first primary.
     * @param promoted the state of the replica that was promoted.
     * @param end the last primary at the end.
     * @param last the last that the first primary told.
     */
    void contents(Rerun rerun, Talk.Promoted promoted, Talk.Finished end, Talk.Progress last) {
        findings.add(Finding.ANSWER, last.found().total(), last.found().described());
        findings.add(Finding.ANSWER, rerun.differences(), List.of());
        findings.add(Finding.ANSWER, end.found().total(), end.found().described());
        rerun.compare(promoted.contents(), findings);
        rerun.compareResumed(promoted.resumed(), promoted.evictions(), findings);
        tape.compare(end.contents(), rerun.evictions() + end.evictions(), findings);
    }
}
