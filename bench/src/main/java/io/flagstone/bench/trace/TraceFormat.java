// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.util.Locale;

/** The formats of traces, with their names on the command line. */
public enum TraceFormat {
    /** One decimal key per line. */
    LIRS(false, false) {
        @Override
        TraceReader open(TraceInput input) {
            return new LirsReader(new LineReader(input));
        }
    },

    /** libCacheSim's fixed binary records. */
    ORACLE_GENERAL(true, true) {
        @Override
        TraceReader open(TraceInput input) {
            return new OracleGeneralReader(input);
        }
    },

    /** Runs of blocks, as the authors of ARC published them. */
    ARC(false, false) {
        @Override
        TraceReader open(TraceInput input) {
            return new ArcReader(new LineReader(input));
        }
    },

    /** Time, key, size and optionally time to live. */
    CSV(true, true) {
        @Override
        TraceReader open(TraceInput input) {
            return new CsvReader(new LineReader(input));
        }
    };

    private final boolean timed;
    private final boolean sized;

    TraceFormat(boolean timed, boolean sized) {
        this.timed = timed;
        this.sized = sized;
    }

    /**
     * Opens a reader of this format.
     *
     * @param input the bytes; closed with the reader.
     * @return the reader.
     */
    abstract TraceReader open(TraceInput input);

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
