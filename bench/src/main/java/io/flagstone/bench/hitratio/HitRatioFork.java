// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import com.google.gson.Gson;
import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.growth.Footprint;
import io.flagstone.bench.report.EffectiveSettings;
import io.flagstone.bench.trace.TraceFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The main class of a measuring JVM. Measures how many entries of a contender fit into the budget,
 * creates it for as many, and replays a trace on it.
 */
public final class HitRatioFork {
    private static final Gson GSON = new Gson();
    private static final int TURNOVERS = 4;
    private static final long OTHER_KEYS = 1L << 30;
    private static final int FULL_SHARE = 50;
    private static final long MAX_COPIES = 16;
    private static final long ENOUGH_BYTES = 4L << 20;

    private final Request request;
    private final ContenderType type;

    private HitRatioFork(Request request) {
        this.request = request;
        this.type = ContenderType.of(request.impl()).orElseThrow();
    }

    /**
     * Measures.
     *
     * @param args the file for the {@link Reply}, and the {@link Request} as JSON.
     * @throws IOException if the trace cannot be read or the reply cannot be written.
     */
    public static void main(String[] args) throws IOException {
        final Request request = GSON.fromJson(args[1], Request.class);
        Files.writeString(Path.of(args[0]), GSON.toJson(new HitRatioFork(request).run()));
    }

    private Reply run() throws IOException {
        Footprint.takeBefore(type, request.valueBytes());
        final int guess = (int) Math.max(1, HitRatioRun.idealEntries(request));
        final BudgetFit.Usage full = BudgetFit.fit(request.budgetBytes(), guess, this::fill);
        final int entries = full.entries();
        final int[] keys =
                DenseTrace.read(Path.of(request.trace()), TraceFormat.valueOf(request.format()))
                        .keys();
        try (Contender contender = make(entries)) {
            final Session session = contender.session();
            long hits = 0;
            for (final int key : keys) {
                final long word = session.get(key);
                if (word == key) {
                    hits++;
                } else if (word == Session.MISSING) {
                    session.put(key);
                } else {
                    throw new IllegalStateException("wrong value: key=" + key + " value=" + word);
                }
            }
            return new Reply(
                    keys.length,
                    hits,
                    contender.entries(),
                    Math.round(full.bytes()),
                    full.bytes() / full.held(),
                    contender.settings());
        }
    }

    /**
     * Measures a full contender that was created for a number of entries. Puts several times as
     * many keys, and more until it holds no more, because it may have room for more entries. Small
     * contenders are measured many at a time, because the heap of the JVM itself varies by some
     * kilobytes.
     */
    private BudgetFit.Usage fill(int entries) {
        final Footprint before = Footprint.take(null);
        final int copies =
                (int) Math.max(1, Math.min(MAX_COPIES, ENOUGH_BYTES / request.budgetBytes()));
        final List<Contender> contenders = new ArrayList<>();
        try {
            long held = 0;
            for (int i = 0; i < copies; i++) {
                final Contender contender = make(entries);
                contenders.add(contender);
                fill(contender, entries);
                held += contender.entries();
            }
            final long nativeBytes = contenders.stream().mapToLong(Contender::nativeBytes).sum();
            final long bytes = Footprint.take(null).since(before).accountedBytes() + nativeBytes;
            return BudgetFit.Usage.checked(
                    entries,
                    held / copies,
                    (double) bytes / copies,
                    Long.BYTES + request.valueBytes());
        } finally {
            contenders.forEach(Contender::close);
        }
    }

    /** In a method of its own, because the buffers of a session are not the contender's memory. */
    private static void fill(Contender contender, int entries) {
        final Session session = contender.session();
        long next = OTHER_KEYS;
        long more = (long) TURNOVERS * entries;
        long held = 0;
        while (more > 0) {
            for (final long end = next + more; next < end; next++) {
                session.put(next);
            }
            final long before = held;
            held = contender.entries();
            more = held > before + before / FULL_SHARE ? held : 0;
        }
    }

    private Contender make(int entries) {
        return type.make(
                new ContenderSettings(entries, request.valueBytes(), ContenderSettings.NO_TTL));
    }

    /**
     * The contender, the trace and the budget to measure.
     *
     * @param impl the title of the contender.
     * @param trace the file of the trace.
     * @param format the name of its format.
     * @param budgetBytes the bytes that the contender may use.
     * @param valueBytes the bytes of a value.
     */
    record Request(String impl, String trace, String format, long budgetBytes, int valueBytes) {
        String toJson() {
            return GSON.toJson(this);
        }
    }

    /**
     * The result of the measurement.
     *
     * @param requests the requests in the trace.
     * @param hits the requests that hit.
     * @param entries the entries at the end.
     * @param usedBytes the bytes of the full contender, measured before.
     * @param bytesPerEntry the bytes of each entry that the full contender held.
     * @param settings the effective settings of the contender.
     */
    record Reply(
            long requests,
            long hits,
            long entries,
            long usedBytes,
            double bytesPerEntry,
            EffectiveSettings settings) {
        static Reply of(String json) {
            return GSON.fromJson(json, Reply.class);
        }
    }
}
