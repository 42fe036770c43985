// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.tukaani.xz.XZIOException;
import org.tukaani.xz.XZInputStream;

/**
 * The decompressed bytes of a trace. Its messages about damaged compression name file and place, as
 * messages about a malformed trace do.
 */
public final class TraceInput implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int MAGIC_BYTES = 6;

    private final String name;
    private final CountingInputStream raw;
    private final InputStream in;

    private TraceInput(String name, CountingInputStream raw, InputStream in) {
        this.name = name;
        this.raw = raw;
        this.in = in;
    }

    /**
     * Opens a file. It is decompressed if its name ends in {@code .gz} or {@code .xz}, or if it
     * begins like such a file.
     *
     * @param file the trace.
     * @return its bytes.
     * @throws MalformedTraceException if the file is missing, empty or a directory, or the
     *     compression's header is damaged.
     * @throws IOException if the file cannot be opened.
     */
    public static TraceInput open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new MalformedTraceException(file.toString(), "is a directory");
        }
        if (!Files.exists(file)) {
            throw new MalformedTraceException(file.toString(), "no such file");
        }
        return open(file.toString(), Files.newInputStream(file));
    }

    /**
     * Reads a stream as if it were a file.
     *
     * @param name the name for messages; its ending tells the compression.
     * @param stream the bytes; closed if this method fails.
     * @return the decompressed bytes.
     * @throws MalformedTraceException if the stream is empty or the compression's header is
     *     damaged.
     * @throws IOException if the stream cannot be read.
     */
    public static TraceInput open(String name, InputStream stream) throws IOException {
        final CountingInputStream raw = new CountingInputStream(stream);
        try {
            final InputStream buffered = new BufferedInputStream(raw, BUFFER_BYTES);
            final InputStream plain = decompress(name, buffered);
            return new TraceInput(name, raw, new BufferedInputStream(plain, BUFFER_BYTES));
        } catch (IOException failure) {
            raw.close();
            throw explained(name, failure);
        }
    }

    private static InputStream decompress(String name, InputStream in) throws IOException {
        in.mark(MAGIC_BYTES);
        final byte[] magic = in.readNBytes(MAGIC_BYTES);
        in.reset();
        if (magic.length == 0) {
            throw new MalformedTraceException(name, "the file is empty");
        }
        final String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".gz") || isGzip(magic)) {
            return new GZIPInputStream(in, BUFFER_BYTES);
        }
        if (lower.endsWith(".xz") || isXz(magic)) {
            return new XZInputStream(in);
        }
        return in;
    }

    /** Checks four bytes, because a binary trace may begin with the first two or three. */
    private static boolean isGzip(byte[] magic) {
        return magic.length >= 4
                && magic[0] == 0x1f
                && magic[1] == (byte) 0x8b
                && magic[2] == 8
                && (magic[3] & 0xe0) == 0;
    }

    private static boolean isXz(byte[] magic) {
        return magic.length >= 6
                && magic[0] == (byte) 0xfd
                && magic[1] == '7'
                && magic[2] == 'z'
                && magic[3] == 'X'
                && magic[4] == 'Z'
                && magic[5] == 0;
    }

    /**
     * Fills an array with the next bytes.
     *
     * @param bytes the array.
     * @param place the place for the message of a failure.
     * @return how many bytes were read, less than the array's length only at the end.
     * @throws IOException if the file is damaged or cannot be read.
     */
    int read(byte[] bytes, String place) throws IOException {
        try {
            return in.readNBytes(bytes, 0, bytes.length);
        } catch (IOException failure) {
            throw explained(place, failure);
        }
    }

    private static IOException explained(String place, IOException failure) {
        if (failure instanceof EOFException) {
            return new MalformedTraceException(place, "the compressed data ends too early");
        }
        if (failure instanceof ZipException || failure instanceof XZIOException) {
            return new MalformedTraceException(
                    place, "the compressed data is damaged: " + failure.getMessage());
        }
        return failure;
    }

    /**
     * Returns the trace's name for messages.
     *
     * @return the name it was opened with.
     */
    public String name() {
        return name;
    }

    /**
     * Returns how many bytes of the file have been read.
     *
     * @return bytes, compressed if the file is.
     */
    public long bytesRead() {
        return raw.count();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
