// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.util.Locale;

/** The formats read, under the names they have on the command line. */
public enum TraceFormat {
    /** One decimal key a line. */
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
     * Reads this format.
     *
     * @param input where from; closed with the reader.
     * @return the reader.
     */
    abstract TraceReader open(TraceInput input);

    /**
     * Whether requests bear a time.
     *
     * @return false where requests have to stand for the passing of time.
     */
    public boolean timed() {
        return timed;
    }

    /**
     * Whether requests bear a size.
     *
     * @return false where the size of values has to be chosen.
     */
    public boolean sized() {
        return sized;
    }

    /**
     * The name on the command line.
     *
     * @return lower case, with hyphens.
     */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
