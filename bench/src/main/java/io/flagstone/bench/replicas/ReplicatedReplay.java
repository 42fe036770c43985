// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.bench.fork.AeronDriver;
import io.flagstone.bench.replay.CacheSettings;
import io.flagstone.bench.replay.Progress;
import io.flagstone.bench.replay.ReplayClock;
import io.flagstone.bench.replay.TapeSettings;
import io.flagstone.bench.replicas.ReplicatedResult.KilledReplica;
import io.flagstone.bench.replicas.ReplicatedResult.Promotion;
import io.flagstone.bench.replicas.ReplicatedResult.Replica;
import io.flagstone.bench.verify.Differences;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Replays the tape on a primary with replicas, each in a process of its own. One replica is killed
 * and started again. Then the primary is killed, the replica that has the most is promoted, and the
 * rest of the tape is replayed there. All processes run on this machine and talk over Aeron IPC.
 *
 * <p>{@link Rerun} compares the promoted replica with a second run of the primary. {@link
 * TapeLevels} compares the last primary with the tape, and {@link Comparison} compares all caches
 * with each other.
 */
public final class ReplicatedReplay {
    /** The greatest number of replicas. */
    public static final int MAX_REPLICAS = 8;

    private static final int TRADES_PER_SECOND = 25_000;
    private static final double FIRST_KILL = 0.05;
    private static final double LAST_KILL = 0.2;
    private static final double HOLD = 0.5;
    private static final double FIRST_DEATH = 0.52;
    private static final double LAST_DEATH = 0.75;
    private static final long LONGEST_DELAY_NS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final String FIRST_PRIMARY = "the first primary";

    private final CacheSettings cacheSettings;
    private final TapeSettings tapeSettings;
    private final boolean verify;
    private final int replicas;
    private final long seed;
    private final Progress progress;
    private final Differences findings = new Differences();
    private TapeLevels tape;
    private Cast cast;
    private Comparison comparison;

    /**
     * Creates a replay.
     *
     * @param cacheSettings the settings of each cache.
     * @param tapeSettings the settings of the book.
     * @param verify whether to compare the caches with models and with the tape.
     * @param replicas the number of replicas, 1 to {@link #MAX_REPLICAS}.
     * @param seed the seed of the trades at which processes are killed.
     * @param progress receives the progress, in trades.
     */
    public ReplicatedReplay(
            CacheSettings cacheSettings,
            TapeSettings tapeSettings,
            boolean verify,
            int replicas,
            long seed,
            Progress progress) {
        this.cacheSettings = cacheSettings;
        this.tapeSettings = tapeSettings;
        this.verify = verify;
        this.replicas = replicas;
        this.seed = seed;
        this.progress = progress;
    }

    /**
     * Runs the replay, once.
     *
     * @return the result.
     * @throws IOException if a process fails or is too slow, with its log.
     * @throws InterruptedException if interrupted while waiting; all processes are then ended.
     * @throws io.flagstone.bench.replay.CacheRefusedException if the cache cannot be built.
     */
    public ReplicatedResult run() throws IOException, InterruptedException {
        final long startNs = System.nanoTime();
        tape = TapeLevels.read(tapeSettings);
        comparison = new Comparison(findings, tape);
        try (AeronDriver driver = AeronDriver.start()) {
            final Talk.Assignment settings =
                    new Talk.Assignment(
                            0,
                            true,
                            cacheSettings,
                            seed,
                            tapeSettings,
                            tape.originNs(),
                            verify,
                            TRADES_PER_SECOND,
                            driver.aeronDirectory());
            final EffectiveConfiguration configuration = configuration(settings);
            try (Cast started = new Cast(settings, replicas)) {
                cast = started;
                return run(settings, configuration, startNs);
            }
        }
    }

    /** Builds the cache once, so that bad settings are refused before processes start. */
    private static EffectiveConfiguration configuration(Talk.Assignment settings) {
        try (OffHeapCache cache =
                CacheSettings.build(Node.builder(settings, new ReplayClock(), null))) {
            return cache.configuration();
        }
    }

    private ReplicatedResult run(
            Talk.Assignment settings, EffectiveConfiguration configuration, long startNs)
            throws IOException, InterruptedException {
        final Random random = new Random(seed);
        final int victim = 1 + random.nextInt(replicas);
        final long killAt = between(random, FIRST_KILL, LAST_KILL);
        final long deathAt = between(random, FIRST_DEATH, LAST_DEATH);

        final KilledReplica killed = killReplica(victim, killAt);
        final Map<Integer, Talk.Settled> settled = new TreeMap<>();
        final long laterNs = random.nextLong(LONGEST_DELAY_NS);
        final Talk.Progress last = killPrimary(deathAt, laterNs, settled);
        final int chosen = mostAdvanced(settled);
        final Talk.Promoted promoted = promote(chosen);
        final Map<Integer, Talk.Finished> ends = finish(chosen);

        final Promotion promotion = promotion(chosen, last, promoted);
        final Talk.Finished end = ends.get(chosen);
        comparison.succession("replica " + chosen, settled.get(chosen).found());
        comparison.promotion(promotion);
        comparison.ends(chosen, ends);
        if (verify) {
            final Rerun rerun = Rerun.until(settings, promoted.marker());
            comparison.contents(rerun, promoted, end, last);
        }
        return new ReplicatedResult(
                seed,
                tape.trades(),
                TRADES_PER_SECOND,
                verify,
                killed,
                promotion,
                end.digest(),
                end.contents().entries().size(),
                end.changes(),
                figures(ends, chosen),
                findings,
                configuration,
                System.nanoTime() - startNs);
    }

    private long between(Random random, double from, double to) {
        return (long) (tape.trades() * (from + random.nextDouble() * (to - from)));
    }

    private void awaitTrades(NodeProcess node, long trades)
            throws IOException, InterruptedException {
        node.awaitTrades(trades, made -> progress.at(made, tape.trades()));
    }

    private KilledReplica killReplica(int victim, long trade)
            throws IOException, InterruptedException {
        for (final NodeProcess replica : cast.replicas()) {
            cast.awaitJoined(replica, Node.FIRST_EPOCH);
        }
        final long hold = (long) (tape.trades() * HOLD);
        cast.primary().tell(new Talk.Run(hold));
        awaitTrades(cast.primary(), trade);
        final Talk.Progress last = cast.kill(victim);
        cast.followed(victim, FIRST_PRIMARY, "killed", last.lag());
        comparison.succession("replica " + victim, last.found());
        final long tookNs = cast.awaitJoined(cast.start(victim), Node.FIRST_EPOCH);
        awaitTrades(cast.primary(), hold);
        return new KilledReplica(victim, trade, tookNs);
    }

    private Talk.Progress killPrimary(long trade, long laterNs, Map<Integer, Talk.Settled> settled)
            throws IOException, InterruptedException {
        cast.primary().tell(new Talk.Run(tape.trades()));
        awaitTrades(cast.primary(), trade);
        // A primary tells of its progress between two trades. The delay lets it die at any moment.
        LockSupport.parkNanos(laterNs);
        final Talk.Progress last = cast.primary().kill();
        for (final NodeProcess replica : cast.replicas()) {
            replica.tell(new Talk.Settle());
        }
        for (final NodeProcess replica : cast.replicas()) {
            final Talk.Settled stand = replica.await(Talk.Settled.class);
            settled.put(replica.id(), stand);
            cast.followed(replica.id(), FIRST_PRIMARY, "its primary was killed", stand.lag());
        }
        return last;
    }

    private static int mostAdvanced(Map<Integer, Talk.Settled> settled) throws IOException {
        return settled.entrySet().stream()
                .filter(stand -> stand.getValue().complete())
                .max(Comparator.comparingLong(stand -> stand.getValue().number()))
                .orElseThrow(
                        () ->
                                new IOException(
                                        "no replica had the whole state of the primary when that"
                                                + " was killed: "
                                                + settled))
                .getKey();
    }

    private Talk.Promoted promote(int chosen) throws IOException, InterruptedException {
        for (final NodeProcess replica : cast.replicas()) {
            replica.tell(replica.id() == chosen ? new Talk.Promote() : new Talk.Follow(chosen));
        }
        final Talk.Promoted promoted = cast.replica(chosen).await(Talk.Promoted.class);
        for (final NodeProcess replica : cast.replicas()) {
            if (replica.id() != chosen) {
                cast.awaitJoined(replica, promoted.epoch());
            }
        }
        return promoted;
    }

    private static Promotion promotion(int chosen, Talk.Progress last, Talk.Promoted promoted) {
        return new Promotion(
                chosen,
                last.trades(),
                last.number(),
                last.acknowledged().getOrDefault(chosen, 0L),
                promoted.number(),
                promoted.marker() + 1,
                promoted.applied());
    }

    private Map<Integer, Talk.Finished> finish(int chosen)
            throws IOException, InterruptedException {
        final NodeProcess primary = cast.replica(chosen);
        primary.tell(new Talk.Run(tape.trades() + 1));
        awaitTrades(primary, tape.trades());
        primary.tell(new Talk.Finish(tape.endNs(), replicas - 1));
        final Map<Integer, Talk.Finished> ends = new TreeMap<>();
        ends.put(chosen, primary.await(Talk.Finished.class));
        for (final NodeProcess replica : cast.replicas()) {
            if (replica != primary) {
                replica.tell(new Talk.Finish(tape.endNs(), 0));
                final Talk.Finished end = replica.await(Talk.Finished.class);
                ends.put(replica.id(), end);
                cast.followed(replica.id(), "replica " + chosen, "the tape ended", end.lag());
            }
        }
        return ends;
    }

    private List<Replica> figures(Map<Integer, Talk.Finished> ends, int chosen) {
        return ends.entrySet().stream()
                .map(
                        end ->
                                new Replica(
                                        end.getKey(),
                                        end.getKey() == chosen,
                                        end.getValue().digest(),
                                        end.getValue().contents().entries().size(),
                                        end.getValue().ownEvictions(),
                                        end.getValue().gaps(),
                                        cast.stays(end.getKey())))
                .toList();
    }
}
