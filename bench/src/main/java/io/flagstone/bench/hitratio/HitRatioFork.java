// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.hitratio;

import com.google.gson.Gson;
import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.growth.Footprint;
import io.flagstone.bench.trace.TraceFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The main class of a measuring JVM. Measures how many entries of a contender fit into the budget,
 * creates it for as many, and replays a trace on it.
 */
public final class HitRatioFork {
    private static final Gson GSON = new Gson();
    private static final int TURNOVERS = 4;
    private static final long OTHER_KEYS = 1L << 30;

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
        final int guess = (int) Math.max(1, HitRatioRun.idealEntries(request));
        final double bytesPerEntry = bytesPerEntry(guess);
        final int entries = (int) Math.max(1, request.budgetBytes() / bytesPerEntry);
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
            return new Reply(keys.length, hits, contender.entries(), bytesPerEntry);
        }
    }

    /**
     * Measures the bytes of a full contender for each of the entries that it was created for. Puts
     * several times as many keys, because the contender may have room for more entries.
     */
    private double bytesPerEntry(int entries) {
        final Footprint before = Footprint.takeBefore(type, request.valueBytes());
        try (Contender contender = make(entries)) {
            final Session session = contender.session();
            for (long i = 0; i < (long) TURNOVERS * entries; i++) {
                session.put(OTHER_KEYS + i);
            }
            return (double) Footprint.take(contender).since(before).accountedBytes() / entries;
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
     * @param bytesPerEntry the bytes of an entry, measured before.
     */
    record Reply(long requests, long hits, long entries, double bytesPerEntry) {
        static Reply of(String json) {
            return GSON.fromJson(json, Reply.class);
        }
    }
}
