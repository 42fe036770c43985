// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.util.Locale;
import java.util.regex.Pattern;

/** The formats of traces, with their names on the command line. */
public enum TraceFormat {
    /** One decimal key per line. */
    LIRS(false, false, "one decimal key a line") {
        @Override
        TraceReader open(TraceInput input) {
            return new LirsReader(new LineReader(input, this));
        }
    },

    /** libCacheSim's fixed binary records. */
    ORACLE_GENERAL(
            true,
            true,
            "24-byte records: u32 time, u64 id, u32 size, i64 next access (little-endian)") {
        @Override
        TraceReader open(TraceInput input) {
            return new OracleGeneralReader(input);
        }
    },

    /** Runs of blocks, as the authors of ARC published them. */
    ARC(
            false,
            false,
            "lines of: first block, number of blocks, ignored, request number (spaces between)") {
        @Override
        TraceReader open(TraceInput input) {
            return new ArcReader(new LineReader(input, this));
        }
    },

    /** Time, key, size and optionally time to live. */
    CSV(true, true, "time,key,size[,ttl] in seconds and bytes") {
        @Override
        TraceReader open(TraceInput input) {
            return new CsvReader(new LineReader(input, this));
        }
    };

    private static final Pattern LIRS_LINE = Pattern.compile("\\s*(-?[0-9]{1,19}|\\*)\\s*");
    private static final Pattern ARC_LINE = Pattern.compile("\\s*[0-9]+([ \t]+[0-9]+){3}\\s*");
    private static final Pattern CSV_LINE =
            Pattern.compile(
                    "\\s*[0-9]+(\\.[0-9]+)?\\s*,[^,]+,\\s*[0-9]+\\s*(,\\s*[0-9.]*\\s*)?"
                            + "|\\s*time\\s*,\\s*key\\s*,\\s*size.*");

    private final boolean timed;
    private final boolean sized;
    private final String content;

    TraceFormat(boolean timed, boolean sized, String content) {
        this.timed = timed;
        this.sized = sized;
        this.content = content;
    }

    /**
     * Finds the format of a line of text.
     *
     * @param line the line.
     * @return the only format that it can have, or null if there is none.
     */
    static TraceFormat guess(String line) {
        if (LIRS_LINE.matcher(line).matches()) {
            return LIRS;
        }
        if (ARC_LINE.matcher(line).matches()) {
            return ARC;
        }
        return CSV_LINE.matcher(line).matches() ? CSV : null;
    }

    /**
     * Opens a reader of this format.
     *
     * @param input the bytes; closed with the reader.
     * @return the reader.
     */
    abstract TraceReader open(TraceInput input);

    /**
     * Describes the content of a file.
     *
     * @return a few words for the help and for messages.
     */
    public String content() {
        return content;
    }

    /** Returns what a message about a malformed file says about the format. */
    String expectation() {
        return this + " expects " + content;
    }

    /**
     * Returns whether requests have a time.
     *
     * @return false if time has to be counted in requests.
     */
    public boolean timed() {
        return timed;
    }

    /**
     * Returns whether requests have a size.
     *
     * @return false if the user has to choose the size of values.
     */
    public boolean sized() {
        return sized;
    }

    /**
     * Returns the name on the command line.
     *
     * @return the name, in lower case with hyphens.
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
