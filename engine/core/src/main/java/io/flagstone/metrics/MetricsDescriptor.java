// SPDX-License-Identifier: Apache-2.0
package io.flagstone.metrics;

import java.io.IOException;
import java.nio.file.Path;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.CountersReader;

/**
 * The layout of a metrics file. All numbers are little-endian.
 *
 * <pre>
 *  +----------------------------------------------------+
 *  | Magic (64)                                         |    0
 *  | Version (32)              | Counters (32)          |
 *  | Process Id (64)                                    |
 *  | Process Start, the kernel's ticks since boot (64)  |
 *  | Opened, ms since 1970 (64)                         |
 *  | Interval, ms (64)                                  |
 *  | Namespace and boot of the process, 0 if none (64)  |
 *  +----------------------------------------------------+
 *  | Sequence: odd while figures are written (64)       |   64
 *  | Heartbeat, ms since 1970: of the last figures (64) |
 *  | Closed: 1 once the publisher is (64)               |
 *  +----------------------------------------------------+
 *  | Name: length (32), UTF-8                           |  128
 *  +----------------------------------------------------+
 *  | Metadata of the counters, as Agrona lays it out    |  512   512 bytes each
 *  +----------------------------------------------------+
 *  | Values of the counters, as Agrona lays them out    |        128 bytes each
 *  +----------------------------------------------------+
 * </pre>
 *
 * <p>The publisher writes the whole file before it gives the file its name, so a reader never opens
 * a partial file. The file never grows: all its pages are on the disk before the file is mapped. If
 * the disk were full later, the first write to a page would fail with an error.
 */
final class MetricsDescriptor {
    /** "FLAGMETR" in ASCII. */
    static final long MAGIC = 0x5254_454D_4741_4C46L;

    static final int LAYOUT_VERSION = 2;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION = MAGIC_OFFSET + 8;
    static final int COUNTERS = VERSION + 4;
    static final int PROCESS_ID = COUNTERS + 4;
    static final int PROCESS_START = PROCESS_ID + 8;
    static final int OPENED = PROCESS_START + 8;
    static final int INTERVAL = OPENED + 8;
    static final int NAMESPACE = INTERVAL + 8;
    static final int SEQUENCE = BitUtil.CACHE_LINE_LENGTH;
    static final int HEARTBEAT = SEQUENCE + 8;
    static final int CLOSED = HEARTBEAT + 8;
    static final int NAME = 2 * BitUtil.CACHE_LINE_LENGTH;
    static final int HEADER_BYTES = 512;
    static final int MAX_NAME_BYTES = HEADER_BYTES - NAME - Integer.BYTES;

    private static final int COUNTER_BYTES =
            CountersReader.METADATA_LENGTH + CountersReader.COUNTER_LENGTH;

    /** More counters than size classes can need, and few enough to read the file in one call. */
    static final int MAX_COUNTERS = 1 << 15;

    static final int MAX_FILE_BYTES = HEADER_BYTES + MAX_COUNTERS * COUNTER_BYTES;

    private MetricsDescriptor() {}

    static int fileBytes(int counters) {
        return HEADER_BYTES + counters * COUNTER_BYTES;
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
     * Checks that a file can be read.
     *
     * @param path the path, for messages.
     * @param file the file's first bytes, at least its header.
     * @param fileBytes the file's length.
     * @throws ForeignFileException if it is not a metrics file.
     * @throws IOException if the file is damaged or has another layout version.
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

    /** Thrown for a file that is not a metrics file. A publisher does not replace such a file. */
    static final class ForeignFileException extends IOException {
        private static final long serialVersionUID = 1;

        ForeignFileException(String message) {
            super(message);
        }
    }
}
