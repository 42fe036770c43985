// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * Tells the error handler that a segment was emptied.
 *
 * <p>An Error ended an operation that was changing the segment, so the segment's tables might be
 * damaged. The engine laid them out again. The segment's entries are misses from then on; the
 * removal handler does not receive them. The cause is the Error that ended the operation, if it is
 * known.
 */
public final class SegmentResetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The segment's number, from 0. */
    private final int segment;

    /** The number of entries that the segment had counted. */
    private final long entries;

    /**
     * Creates an exception with the segment, the loss and the cause.
     *
     * @param segment the segment's number, from 0.
     * @param entries the number of entries that the segment had counted.
     * @param cause the Error that ended the operation, or {@code null}.
     */
    public SegmentResetException(int segment, long entries, Throwable cause) {
        super(
                "segment "
                        + segment
                        + " was emptied of "
                        + entries
                        + " entries: an operation that was changing it did not complete",
                cause);
        this.segment = segment;
        this.entries = entries;
    }

    /**
     * Returns the segment's number.
     *
     * @return the number, from 0.
     */
    public int segment() {
        return segment;
    }

    /**
     * Returns the number of entries that were lost.
     *
     * @return the number that the segment had counted.
     */
    public long entries() {
        return entries;
    }
}
