// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

/**
 * Judges the first records of a trace, because a file in another format may parse. The file is
 * refused if most of its first thousand records make no sense. A few such records are allowed, as
 * real traces have them.
 */
final class FirstRecords {
    private static final int JUDGED = 1_000;

    private final String file;
    private final TraceFormat format;
    private long records;
    private long senseless;
    private String firstPlace;
    private String firstDoubt;

    /**
     * Creates a judge that has seen no records.
     *
     * @param file the name of the file, for the message.
     * @param format the format that was named.
     */
    FirstRecords(String file, TraceFormat format) {
        this.file = file;
        this.format = format;
    }

    /** Returns whether further records are not looked at. */
    boolean decided() {
        return records >= JUDGED;
    }

    /** Returns how many records were looked at. */
    long records() {
        return records;
    }

    /**
     * Takes one record into account, and judges at the last one that counts.
     *
     * @param place the line or byte of the record.
     * @param doubt why it makes no sense, or null if it does.
     * @throws MalformedTraceException if most records until now make no sense.
     */
    void add(String place, String doubt) throws MalformedTraceException {
        records++;
        if (doubt != null) {
            senseless++;
            if (firstDoubt == null) {
                firstPlace = place;
                firstDoubt = doubt;
            }
        }
        if (records == JUDGED) {
            judge();
        }
    }

    /**
     * Judges the records seen until now. A reader calls it at the end of a short file.
     *
     * @throws MalformedTraceException if most of them make no sense.
     */
    void judge() throws MalformedTraceException {
        if (senseless > records / 2) {
            throw refusal(
                    senseless
                            + " of the first "
                            + records
                            + " records make no sense, first "
                            + firstPlace
                            + ": "
                            + firstDoubt);
        }
    }

    /**
     * Creates an exception about the file.
     *
     * @param reason what makes no sense.
     * @return the exception; the caller throws it.
     */
    MalformedTraceException refusal(String reason) {
        return new MalformedTraceException(
                file, reason + "; " + format.expectation() + "; is the file in another format?");
    }
}
