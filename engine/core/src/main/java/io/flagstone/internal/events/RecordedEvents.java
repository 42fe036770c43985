// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.FlightRecorder;

/**
 * Tells which events of segments are recorded, and loads their classes only once the Flight
 * Recorder is in use: in a cold JVM, the first class of an event takes more than a hundred
 * milliseconds, because it loads the recorder.
 *
 * <p>A recording, however it is started, initializes the recorder before it begins. From then on, a
 * method here tests a word that does not change any more and a constant. The JVM gives {@code
 * isEnabled} another body when a recording starts.
 *
 * <p>If the classes cannot be loaded, for example because a thread has no stack left for it, no
 * such event is recorded, and the cache goes on.
 */
final class RecordedEvents {
    private RecordedEvents() {}

    /** One event of each type, which is never committed. */
    private static final class Types {
        private static final ExpiryRun EXPIRY = new ExpiryRun();
        private static final EvictionRun EVICTION = new EvictionRun();
        private static final LockWait WAIT = new LockWait();
        private static final SlabReassigned SLAB = new SlabReassigned();
        private static final SegmentReset RESET = new SegmentReset();

        private Types() {}
    }

    /** Returns whether the recorder is in use. */
    static boolean canBe() {
        return FlightRecorder.isInitialized();
    }

    /** Loads the classes if the recorder is in use, so that no operation has to. */
    static void load() {
        hasExpiryRun();
    }

    static boolean hasExpiryRun() {
        try {
            return canBe() && Types.EXPIRY.isEnabled();
        } catch (final LinkageError e) {
            return false;
        }
    }

    static boolean hasEvictionRun() {
        try {
            return canBe() && Types.EVICTION.isEnabled();
        } catch (final LinkageError e) {
            return false;
        }
    }

    static boolean hasLockWait() {
        try {
            return canBe() && Types.WAIT.isEnabled();
        } catch (final LinkageError e) {
            return false;
        }
    }

    static boolean hasSlabReassigned() {
        try {
            return canBe() && Types.SLAB.isEnabled();
        } catch (final LinkageError e) {
            return false;
        }
    }

    static boolean hasSegmentReset() {
        try {
            return canBe() && Types.RESET.isEnabled();
        } catch (final LinkageError e) {
            return false;
        }
    }
}
