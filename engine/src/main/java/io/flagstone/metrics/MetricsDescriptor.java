package io.flagstone.metrics;

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
 *  | Process Start, ms since 1970 (64)                  |
 *  | Opened, ms since 1970 (64)                         |
 *  | Interval, ms (64)                                  |
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
 * <p>The file is written in full and then given its name, so that who opens it finds it whole. It
 * never grows: its pages are on the disk before the first is mapped, since a page that finds no
 * place later is an error in whatever code first writes to it.
 */
final class MetricsDescriptor {
    /** "FLAGMETR" in ASCII. */
    static final long MAGIC = 0x5254_454D_4741_4C46L;

    static final int LAYOUT_VERSION = 1;

    static final int MAGIC_OFFSET = 0;
    static final int VERSION = 8;
    static final int COUNTERS = 12;
    static final int PROCESS_ID = 16;
    static final int PROCESS_START = 24;
    static final int OPENED = 32;
    static final int INTERVAL = 40;
    static final int SEQUENCE = BitUtil.CACHE_LINE_LENGTH;
    static final int HEARTBEAT = SEQUENCE + 8;
    static final int CLOSED = SEQUENCE + 16;
    static final int NAME = 2 * BitUtil.CACHE_LINE_LENGTH;
    static final int HEADER_BYTES = 512;
    static final int MAX_NAME_BYTES = HEADER_BYTES - NAME - Integer.BYTES;

    private MetricsDescriptor() {}

    static int fileBytes(int counters) {
        return HEADER_BYTES
                + counters * (CountersReader.METADATA_LENGTH + CountersReader.COUNTER_LENGTH);
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
}
