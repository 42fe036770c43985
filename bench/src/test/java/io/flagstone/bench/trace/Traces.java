// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Writes small trace files and reads them to the end. */
final class Traces {
    private Traces() {}

    static Path write(Path directory, String name, String text) {
        return write(directory, name, text.getBytes(StandardCharsets.UTF_8));
    }

    static Path write(Path directory, String name, byte[] bytes) {
        try {
            return Files.write(directory.resolve(name), bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static byte[] gzip(byte[] bytes) throws IOException {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    static byte[] xz(byte[] bytes) throws IOException {
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (XZOutputStream out = new XZOutputStream(packed, new LZMA2Options(0))) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    static byte[] oracleRecord(int time, long id, int size) {
        return ByteBuffer.allocate(24)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(time)
                .putLong(id)
                .putInt(size)
                .putLong(-1)
                .array();
    }

    /** Returns each request as {@code time key size ttl}, with text keys in quotes. */
    static List<String> read(Path file, TraceFormat format) throws IOException {
        final List<String> requests = new ArrayList<>();
        final Request request = new Request();
        try (TraceFile trace = new TraceFile(file, format)) {
            while (trace.next(request)) {
                requests.add(show(request));
            }
        }
        return requests;
    }

    private static String show(Request request) {
        final String text = request.keyBuffer().getStringWithoutLengthUtf8(0, request.keyLength());
        return request.timeNs()
                + " "
                + (request.numeric() ? String.valueOf(request.key()) : '"' + text + '"')
                + " "
                + request.size()
                + " "
                + request.ttlNs();
    }
}
