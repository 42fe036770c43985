// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * The layout of a metrics file. All numbers are little-endian.
 *
 * <pre>
 *  +--------+---------+---------------+----------------------------------------------+
 *  | offset |   bytes | metrics file  |                                              |
 *  +--------+---------+---------------+----------------------------------------------+
 *  |      0 |       8 | MAGIC_OFFSET  | "FLAGMETR"                                   |
 *  |      8 |       4 | VERSION       |                                              |
 *  |     12 |       4 | COUNTERS      | N, the number of counters                    |
 *  |     16 |       8 | PROCESS_ID    |                                              |
 *  |     24 |       8 | PROCESS_START | the kernel's ticks since boot                |
 *  |     32 |       8 | OPENED        | milliseconds since 1970                      |
 *  |     40 |       8 | INTERVAL      | milliseconds                                 |
 *  |     48 |       8 | NAMESPACE     | and boot of the process, 0 if none           |
 *  |     56 |       8 | unused        |                                              |
 *  +--------+---------+---------------+----------------------------------------------+
 *  |     64 |       8 | SEQUENCE      | odd while figures are written                |
 *  |     72 |       8 | HEARTBEAT     | milliseconds since 1970, at the last figures |
 *  |     80 |       8 | CLOSED        | 1 after the publisher was closed             |
 *  |     88 |      40 | unused        |                                              |
 *  +--------+---------+---------------+----------------------------------------------+
 *  |    128 |       4 | NAME          | length in bytes                              |
 *  |    132 |     380 | NAME_BYTES    | the name in UTF-8                            |
 *  +--------+---------+---------------+----------------------------------------------+
 *  |    512 | N x 512 | HEADER_BYTES  | metadata of the counters, laid out by Agrona |
 *  |        | N x 128 | values        | of the counters, laid out by Agrona          |
 *  +--------+---------+---------------+----------------------------------------------+
 *  |        |         | fileBytes     |                                              |
 *  +--------+---------+---------------+----------------------------------------------+
 * </pre>
 *
 * <p>The publisher writes the whole file before it gives the file its name, so every reader finds a
 * complete file. The file never grows. All its pages are on disk before the first is mapped,
 * because a full disk would otherwise be an error in whatever code first writes to a page.
 */
final class MetricsDescriptor {
    /** "FLAGMETR" in ASCII. */
    static final long MAGIC = 0x5254_454D_4741_4C46L;

    static final int LAYOUT_VERSION = 2;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION = MAGIC_OFFSET + Long.BYTES;
    static final int COUNTERS = VERSION + Integer.BYTES;
    static final int PROCESS_ID = COUNTERS + Integer.BYTES;
    static final int PROCESS_START = PROCESS_ID + Long.BYTES;
    static final int OPENED = PROCESS_START + Long.BYTES;
    static final int INTERVAL = OPENED + Long.BYTES;
    static final int NAMESPACE = INTERVAL + Long.BYTES;
    static final int SEQUENCE = MAGIC_OFFSET + BitUtil.CACHE_LINE_LENGTH;
    static final int HEARTBEAT = SEQUENCE + Long.BYTES;
    static final int CLOSED = HEARTBEAT + Long.BYTES;
    static final int NAME = SEQUENCE + BitUtil.CACHE_LINE_LENGTH;
    static final int NAME_BYTES = NAME + Integer.BYTES;

    /** Fills the header up to 512 bytes. */
    static final int MAX_NAME_BYTES = 380;

    static final int HEADER_BYTES = NAME_BYTES + MAX_NAME_BYTES;

    /** Begins the label of the counter that says how the cache began. The reason follows. */
    private static final String RESTART_LABEL = Metric.RESTART_KIND.label() + ": ";

    private static final int COUNTER_BYTES =
            CountersReader.METADATA_LENGTH + CountersReader.COUNTER_LENGTH;

    /** More than all size classes need, and few enough to read the file at once. */
    static final int MAX_COUNTERS = 1 << 15;

    static final int MAX_FILE_BYTES = HEADER_BYTES + MAX_COUNTERS * COUNTER_BYTES;

    private MetricsDescriptor() {}

    static int fileBytes(int counters) {
        return HEADER_BYTES + counters * COUNTER_BYTES;
    }

    static String restartLabel(String reason) {
        return reason.isEmpty() ? Metric.RESTART_KIND.label() : RESTART_LABEL + reason;
    }

    /** Returns the reason in the label of a counter, or an empty text. */
    static String restartReason(UnsafeBuffer metadata, int counter) {
        final int length = metadata.getInt(counter + CountersReader.LABEL_OFFSET);
        final int prefix = RESTART_LABEL.length();
        if (length <= prefix || length > CountersReader.MAX_LABEL_LENGTH) {
            return "";
        }
        final byte[] reason = new byte[length - prefix];
        metadata.getBytes(counter + CountersReader.LABEL_OFFSET + Integer.BYTES + prefix, reason);
        return new String(reason, StandardCharsets.UTF_8);
    }

    static UnsafeBuffer metadata(UnsafeBuffer file) {
        return new UnsafeBuffer(
                file, HEADER_BYTES, file.getInt(COUNTERS) * CountersReader.METADATA_LENGTH);
    }

    static UnsafeBuffer values(UnsafeBuffer file) {
        final int counters = file.getInt(COUNTERS);
        return new UnsafeBuffer(
                file,
                HEADER_BYTES + counters * CountersReader.METADATA_LENGTH,
                counters * CountersReader.COUNTER_LENGTH);
    }

    /**
     * Checks that a file is a metrics file that can be read.
     *
     * @param path the file's path, for messages.
     * @param file the file's header, or more of it.
     * @param fileBytes the file's length.
     * @throws ForeignFileException if the file is not a metrics file.
     * @throws IOException if the file has another layout version or is damaged.
     */
    static void check(Path path, UnsafeBuffer file, int fileBytes) throws IOException {
        if (file.getLong(MAGIC_OFFSET) != MAGIC) {
            throw new ForeignFileException(
                    path
                            + " is not a metrics file: it must begin with "
                            + Long.toHexString(MAGIC)
                            + ": magic="
                            + Long.toHexString(file.getLong(MAGIC_OFFSET)));
        }
        final int version = file.getInt(VERSION);
        if (version != LAYOUT_VERSION) {
            throw new IOException(
                    path
                            + " is a metrics file of another layout: its version must be "
                            + LAYOUT_VERSION
                            + ": version="
                            + version);
        }
        final int counters = file.getInt(COUNTERS);
        checkField(path, "number of counters", counters, 0, MAX_COUNTERS);
        if (fileBytes(counters) != fileBytes) {
            throw damaged(
                    path,
                    "its "
                            + counters
                            + " counters need "
                            + fileBytes(counters)
                            + " bytes: length="
                            + fileBytes);
        }
        checkField(path, "length of the name", file.getInt(NAME), 0, MAX_NAME_BYTES);
        checkField(path, "interval", file.getLong(INTERVAL), 1, Long.MAX_VALUE);
        checkField(path, "process id", file.getLong(PROCESS_ID), 1, Long.MAX_VALUE);
    }

    private static void checkField(Path path, String what, long value, long least, long most)
            throws IOException {
        if (value < least || value > most) {
            throw damaged(
                    path, "its " + what + " must be from " + least + " to " + most + ": " + value);
        }
    }

    private static IOException damaged(Path path, String how) {
        return new IOException(path + " is a damaged metrics file: " + how);
    }

    /**
     * Thrown for a file that is not a metrics file. The publisher does not overwrite such a file.
     */
    static final class ForeignFileException extends IOException {
        private static final long serialVersionUID = 1;

        ForeignFileException(String message) {
            super(message);
        }
    }
}
