// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.cluster;

import io.flagstone.bench.replay.Progress;
import io.flagstone.bench.tape.Trade;
import io.flagstone.bench.tape.TradeTape;
import io.flagstone.cluster.ClientDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Plays the tape into a cluster of three members, each in a process of its own. The leader is
 * killed while trades are under way, and started again when another one leads. At the end all
 * levels are read and compared with the model, and the members compare the digests of a snapshot.
 */
public final class ClusterRun {
    private static final long CACHE_BYTES = 8 << 20;
    private static final double FIRST_KILL = 0.3;
    private static final double LAST_KILL = 0.6;
    private static final int TRADES_PER_STEP = 1_000;
    private static final long ELECTION_NS = TimeUnit.SECONDS.toNanos(60);

    private final long limit;
    private final long seed;
    private final Progress progress;

    /**
     * Creates a run.
     *
     * @param limit the number of trades after which the tape ends, at least 100.
     * @param seed the seed of the trade at which the leader is killed.
     * @param progress receives the progress, in trades.
     */
    public ClusterRun(long limit, long seed, Progress progress) {
        this.limit = limit;
        this.seed = seed;
        this.progress = progress;
    }

    /**
     * Runs.
     *
     * @return the result.
     * @throws IOException if a process fails or is too slow, with its log.
     * @throws InterruptedException if interrupted while waiting; all processes are then ended.
     */
    public ClusterResult run() throws IOException, InterruptedException {
        final List<Trade> trades = trades();
        final int killAt =
                (int)
                        (trades.size()
                                * (FIRST_KILL
                                        + new Random(seed).nextDouble()
                                                * (LAST_KILL - FIRST_KILL)));
        try (Members members = new Members(CACHE_BYTES);
                ClientDriver driver = members.launchClientDriver();
                TapeClient client = new TapeClient(driver, members.ingressEndpoints())) {
            final long startNs = System.nanoTime();
            play(trades, 0, killAt, client);
            final int killed = awaitLeader(members, client);
            final long killTrade = client.answers();
            members.kill(killed);
            final int leader = awaitLeader(members, client);
            final long restartNs = System.nanoTime();
            members.start(killed);
            play(trades, killAt, trades.size(), client);
            client.awaitAll();
            final long endNs = System.nanoTime();
            members.awaitApplied(killed, client.position());
            final long joinedNs = System.nanoTime() - restartNs;
            final TapeClient.Contents contents = client.compare();
            final int equal = members.compare();
            final List<String> described = new ArrayList<>(client.described());
            described.addAll(members.differences());
            return new ClusterResult(
                    seed,
                    client.answers(),
                    killed,
                    killTrade,
                    leader,
                    client.longestSilenceNs(),
                    joinedNs,
                    endNs - startNs,
                    contents.levels(),
                    contents.lost(),
                    contents.twice(),
                    client.wrongAnswers(),
                    contents.wrong(),
                    equal,
                    described);
        }
    }

    private List<Trade> trades() throws IOException {
        final List<Trade> trades = new ArrayList<>();
        try (TradeTape tape = TradeTape.open()) {
            Trade trade = new Trade();
            while (trades.size() < limit && tape.next(trade)) {
                trades.add(trade);
                trade = new Trade();
            }
        }
        return trades;
    }

    private void play(List<Trade> trades, int first, int end, TapeClient client) {
        for (int i = first; i < end; i++) {
            client.trade(trades.get(i));
            if (i % TRADES_PER_STEP == 0) {
                progress.at(i, limit);
            }
        }
    }

    private static int awaitLeader(Members members, TapeClient client)
            throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        while (members.leader() < 0) {
            client.poll();
            if (System.nanoTime() - startNs > ELECTION_NS) {
                throw new IOException("no member became the leader within a minute");
            }
            TimeUnit.MICROSECONDS.sleep(100);
        }
        return members.leader();
    }
}
