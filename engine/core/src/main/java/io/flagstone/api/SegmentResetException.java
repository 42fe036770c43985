// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Tells the error handler that a segment was emptied.
 *
 * <p>An Error ended an operation while it was changing the segment, so its tables might have been
 * damaged. They were laid out afresh. The entries that were in the segment are misses from then on;
 * the removal listener is not told of them. The cause is what ended the operation, where that is
 * known.
 */
public final class SegmentResetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The segment's number, from 0. */
    private final int segment;

    /** How many entries it had counted. */
    private final long entries;

    /**
     * Names the segment, the loss and the cause.
     *
     * @param segment the segment's number, from 0.
     * @param entries how many entries it held, as far as it had counted them.
     * @param cause what ended the operation, or {@code null}.
     */
    public SegmentResetException(int segment, long entries, Throwable cause) {
        super(
                "segment "
                        + segment
                        + " was emptied of "
                        + entries
                        + " entries: an operation that was changing it did not come to its end",
                cause);
        this.segment = segment;
        this.entries = entries;
    }

    /**
     * Which segment.
     *
     * @return its number, from 0.
     */
    public int segment() {
        return segment;
    }

    /**
     * How many entries were lost.
     *
     * @return as many as the segment had counted.
     */
    public long entries() {
        return entries;
    }
}
