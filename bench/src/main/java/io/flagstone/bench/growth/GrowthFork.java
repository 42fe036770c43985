// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.growth;

import com.google.gson.Gson;
import io.flagstone.bench.contender.Ability;
import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.keys.KeySequence;
import io.flagstone.bench.report.EffectiveSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** The main class of a measuring JVM: one contender at one size, its times and its memory. */
public final class GrowthFork {
    private static final Gson GSON = new Gson();
    private static final int BATCH = 32;
    private static final int BURST = 1 << 10;
    private static final int SAMPLES = 7;

    /** The duration of the warm-up, in samples. */
    private static final int WARM_UP = 4;

    private static final long NEW_KEYS = 1L << 30;
    private static final int MAX_TURNOVERS = 4;

    private final Request request;
    private final ContenderType type;
    private long carried;

    private GrowthFork(Request request) {
        this.request = request;
        this.type = ContenderType.of(request.impl()).orElseThrow();
    }

    /**
     * Measures, and writes the result.
     *
     * @param args the result's file and a {@link Request} as JSON.
     * @throws IOException if the result cannot be written.
     */
    public static void main(String[] args) throws IOException {
        final Request request = GSON.fromJson(args[1], Request.class);
        Files.writeString(Path.of(args[0]), GSON.toJson(new GrowthFork(request).run()));
    }

    /** Returns the duration of all samples of a JVM. */
    static long measuredMs(int sampleMs) {
        return 2L * (WARM_UP + SAMPLES) * sampleMs;
    }

    /** Returns how many entries a JVM puts before and after the samples. */
    static long puts(int entries) {
        return (1L + MAX_TURNOVERS) * entries;
    }

    private Reply run() {
        final Footprint before = Footprint.takeBefore(type, request.valueBytes());
        final long begin = System.nanoTime();
        final Contender contender =
                type.make(
                        new ContenderSettings(
                                request.entries(), request.valueBytes(), ContenderSettings.NO_TTL));
        final long built = System.nanoTime();
        final Session session = contender.session();
        if (type.can(Ability.WRITES)) {
            for (long key = 0; key < request.entries(); key++) {
                session.put(key);
            }
        }
        final long filled = System.nanoTime();
        final long held = contender.entries();
        final Footprint full = Footprint.take(contender).since(before);
        final KeySequence keys = KeySequence.of("uniform", request.entries(), BATCH, 1);
        final double[] gets = request.sampleMs() == 0 ? null : sample(() -> get(session, keys));
        final double[] puts =
                request.sampleMs() == 0 || !type.can(Ability.WRITES)
                        ? null
                        : sample(() -> session.put(keys.next(0)));
        long brimEntries = held;
        Footprint brim = full;
        if (type.can(Ability.EVICTS)) {
            final long news = (long) MAX_TURNOVERS * request.entries();
            for (long i = 0; i < news; i++) {
                session.put(NEW_KEYS + i);
            }
            brimEntries = contender.entries();
            brim = Footprint.take(contender).since(before);
        }
        final EffectiveSettings settings = contender.settings();
        contender.close();
        return new Reply(
                held, full, brimEntries, brim, built - begin, filled - built, gets, puts, settings);
    }

    private void get(Session session, KeySequence keys) {
        final long key = keys.next(carried);
        final long word = session.get(key);
        if ((int) word != key) {
            throw new IllegalStateException("key " + key + " gave " + word);
        }
        if (type.isChained()) {
            carried = word >>> Integer.SIZE;
        }
    }

    /** Returns nanoseconds per operation of several samples, after a warm-up. */
    private double[] sample(Runnable operation) {
        final double[] samples = new double[SAMPLES + 1];
        for (int i = 0; i < samples.length; i++) {
            final long begin = System.nanoTime();
            final long end =
                    begin
                            + TimeUnit.MILLISECONDS.toNanos(
                                    i == 0
                                            ? (long) WARM_UP * request.sampleMs()
                                            : request.sampleMs());
            long operations = 0;
            long now = begin;
            while (now < end) {
                for (int j = 0; j < BURST; j++) {
                    operation.run();
                }
                operations += BURST;
                now = System.nanoTime();
            }
            samples[i] = (double) (now - begin) / operations;
        }
        return Arrays.copyOfRange(samples, 1, samples.length);
    }

    /**
     * A request for a measurement.
     *
     * @param impl the contender's title.
     * @param entries the number of entries to hold.
     * @param valueBytes the length of each value.
     * @param sampleMs milliseconds of each sample; 0 measures memory alone.
     */
    record Request(String impl, int entries, int valueBytes, int sampleMs) {
        String toJson() {
            return GSON.toJson(this);
        }
    }

    /**
     * The measured values.
     *
     * @param held entries after the fill.
     * @param full the memory of these entries.
     * @param brimEntries entries after many more puts; {@code held} if the contender never evicts.
     * @param brim the memory of these entries.
     * @param buildNs time to make the contender, empty.
     * @param fillNs time to fill it.
     * @param getNs time of a read in each sample, or null.
     * @param putNs time of an update in each sample, or null.
     * @param settings the effective settings of the contender.
     */
    record Reply(
            long held,
            Footprint full,
            long brimEntries,
            Footprint brim,
            long buildNs,
            long fillNs,
            double[] getNs,
            double[] putNs,
            EffectiveSettings settings) {
        static Reply of(String json) {
            return GSON.fromJson(json, Reply.class);
        }
    }
}
