// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import io.flagstone.bench.agreement.AgreementFigure.Unit;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.List;

/**
 * Measures systems alternately, in rounds. In each round a system gets new members, each in a
 * process of its own, and a client in this one. No other system runs meanwhile.
 */
public final class AgreementRun {
    private static final int WARM_UP_WINDOW = 16;

    private final AgreementPlan plan;

    /**
     * Creates a run.
     *
     * @param plan the extent.
     */
    public AgreementRun(AgreementPlan plan) {
        this.plan = plan;
    }

    /**
     * Measures. If the process gets a signal that ends it, the calling thread is interrupted, so
     * that members and their files do not outlive it.
     *
     * @param progress told of each step.
     * @return a result for each system; one that fails has the figures of its earlier rounds.
     * @throws InterruptedException if interrupted; all processes are then ended.
     */
    public List<AgreementResult> run(StepListener progress) throws InterruptedException {
        final EndOfProcess end = new EndOfProcess();
        try {
            final List<ResultBuilder> results =
                    plan.systems().stream()
                            .map(system -> new ResultBuilder(system, plan.sync()))
                            .toList();
            for (int round = 0; round < plan.rounds(); round++) {
                for (int i = 0; i < results.size(); i++) {
                    final ResultBuilder result = results.get(i);
                    progress.next(
                            round * results.size() + i,
                            plan.rounds() * results.size(),
                            result.system().title());
                    if (!result.hasFailed()) {
                        measure(result);
                    }
                }
            }
            return results.stream().map(ResultBuilder::build).toList();
        } finally {
            end.close();
        }
    }

    private void measure(ResultBuilder result) throws InterruptedException {
        try (MemberGroup group =
                new MemberGroup(result.system(), plan.largestWindow(), plan.sync())) {
            final int leader = group.awaitLeader();
            try (Workload work =
                    new Workload(
                            answers -> {
                                final Client client =
                                        result.system().client(group.place(), answers);
                                client.lead(leader);
                                return client;
                            })) {
                measure(result, group, work);
            }
        } catch (IOException | RuntimeException failure) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            result.fail(failure.toString());
        }
    }

    private void measure(ResultBuilder result, MemberGroup group, Workload work)
            throws IOException, InterruptedException {
        if (plan.warmUp() > 0) {
            work.pipelined(Math.min(WARM_UP_WINDOW, plan.largestWindow()), plan.warmUp());
            work.roundTrips(true, plan.warmUp());
        }
        result.addRoundTrips("put", work.roundTrips(true, plan.seconds()));
        result.addRoundTrips("get", work.roundTrips(false, plan.seconds()));
        for (final int window : plan.windows()) {
            result.add(
                    "putsPerSecond" + window,
                    "puts, " + window + " under way",
                    Unit.PER_SECOND,
                    work.pipelined(window, plan.seconds()));
        }
        final int killed = group.awaitLeader();
        result.add(
                "failOverNs",
                "leader killed until the next put",
                Unit.MILLISECONDS,
                work.failOver(group, killed));
        result.add(
                "rejoinNs",
                "member started until it has all",
                Unit.MILLISECONDS,
                work.rejoin(group, killed));
        result.addContents(work.check(group::digest), work);
    }
}
