// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

/**
 * The state of a key: absent, or a value with two counts and a deadline. The bytes of the value
 * follow from key and state, see {@link ValueBytes}. Times are wall times in nanoseconds. A
 * deadline lies between two times, because the cache reads the clock itself.
 */
final class KeyState {
    /** The sequence number of an absent key. */
    static final long ABSENT = 0;

    /** The deadline of a value without one, and the latest deadline while a write is under way. */
    static final long NEVER = Long.MAX_VALUE;

    long sequence;
    long length;
    long earliestEndNs;
    long latestEndNs;
    long alignedCount;
    long unalignedCount;

    boolean isAbsent() {
        return sequence == ABSENT;
    }

    /** Returns whether the value may have expired by that time. */
    boolean mayHaveExpired(long nowNs) {
        return earliestEndNs <= nowNs;
    }

    /** Returns whether the value must have expired by that time. */
    boolean mustHaveExpired(long nowNs) {
        return latestEndNs <= nowNs;
    }

    void set(KeyState other) {
        sequence = other.sequence;
        length = other.length;
        earliestEndNs = other.earliestEndNs;
        latestEndNs = other.latestEndNs;
        alignedCount = other.alignedCount;
        unalignedCount = other.unalignedCount;
    }

    void setAbsent() {
        sequence = ABSENT;
        length = 0;
        earliestEndNs = 0;
        latestEndNs = 0;
        alignedCount = 0;
        unalignedCount = 0;
    }

    /** Sets a new value without a deadline, whose counts are 0. */
    void setValue(long newSequence, int newLength) {
        sequence = newSequence;
        length = newLength;
        earliestEndNs = NEVER;
        latestEndNs = NEVER;
        alignedCount = 0;
        unalignedCount = 0;
    }

    @Override
    public String toString() {
        if (isAbsent()) {
            return "no value";
        }
        final String counts =
                ValueBytes.isCounted(length)
                        ? ", counts " + alignedCount + " and " + unalignedCount
                        : "";
        final String deadline =
                earliestEndNs == NEVER
                        ? "no deadline"
                        : "deadline "
                                + earliestEndNs
                                + " to "
                                + (latestEndNs == NEVER ? "unknown" : latestEndNs)
                                + " ns";
        return "sequence " + sequence + ", " + length + " bytes" + counts + ", " + deadline;
    }
}
