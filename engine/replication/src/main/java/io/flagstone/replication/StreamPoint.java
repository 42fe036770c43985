// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

/** Where a publisher is in its stream. Written by the publisher. Not thread-safe. */
final class StreamPoint {
    /** The session of the publication. Another session is another stream. */
    int sessionId;

    /** The number of the last change that was sent. */
    long number;

    /** The position after that change. Nothing of a later change is before it. */
    long position;

    /** The gaps that were sent. */
    long gaps;

    /** The changes that were dropped because nobody listened. */
    long dropped;

    void set(StreamPoint other) {
        sessionId = other.sessionId;
        number = other.number;
        position = other.position;
        gaps = other.gaps;
        dropped = other.dropped;
    }

    /** Returns whether everything between two points was sent, in one stream. */
    boolean isUnbrokenSince(StreamPoint earlier) {
        return sessionId == earlier.sessionId && gaps == earlier.gaps && dropped == earlier.dropped;
    }
}
