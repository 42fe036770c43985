// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

/** A region does not hold what a segment wrote, so none of it is used. */
public final class SegmentDamagedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The check that failed. */
    public enum Reason {
        /** The region was laid out by another version or for another configuration. */
        IDENTITY,
        /** The segment was not closed, so it must be recovered. */
        NOT_CLOSED,
        /** Bytes of the region have changed since the segment was closed. */
        SEAL,
        /** A count or a time is outside its limits. */
        COUNTS,
        /** A record of the slab tables is impossible. */
        SLABS,
        /** The header of an entry is impossible. */
        ENTRY,
        /** The key of an entry does not have the hash that the entry stores. */
        HASH,
        /** Two entries have the same key. */
        DUPLICATE
    }

    private final Reason reason;

    SegmentDamagedException(Reason reason, String finding, Object... args) {
        super(reason + ": " + String.format(finding, args));
        this.reason = reason;
    }

    /** Returns the check that failed. */
    public Reason reason() {
        return reason;
    }
}
