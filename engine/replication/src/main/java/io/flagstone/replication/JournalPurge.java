// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Deletes what a journal no longer needs. */
final class JournalPurge {
    private final JournalDirectory directory;
    private final Recording recording;

    JournalPurge(JournalDirectory directory, Recording recording) {
        this.directory = directory;
        this.recording = recording;
    }

    /**
     * Deletes the checkpoints but the newest complete ones, and the recordings and segments that
     * only these needed. The recordings go last: what was deleted by half is deleted next time or
     * is not needed.
     */
    void purge() throws IOException {
        final List<Long> complete = directory.complete();
        final Set<Long> kept =
                new HashSet<>(
                        complete.subList(0, Math.min(JournalDirectory.KEPT, complete.size())));
        final Set<Long> needed = new HashSet<>();
        long from = Long.MAX_VALUE;
        for (final long number : kept) {
            final JournalMark mark = JournalMark.read(directory.of(number));
            needed.add(mark.recordingId());
            if (mark.recordingId() == recording.id()) {
                from = Math.min(from, mark.position());
            }
        }
        final Set<Long> unneeded = new HashSet<>();
        for (final long number : directory.numbers()) {
            if (!kept.contains(number)) {
                addRecording(number, unneeded);
                directory.delete(number);
            }
        }
        unneeded.removeAll(needed);
        unneeded.forEach(recording::purge);
        if (from != Long.MAX_VALUE) {
            recording.purgeBefore(from);
        }
    }

    private void addRecording(long number, Set<Long> recordings) {
        try {
            if (JournalMark.isIn(directory.of(number))) {
                recordings.add(JournalMark.read(directory.of(number)).recordingId());
            }
        } catch (final IOException damaged) {
            // Its recording stays, because nobody knows which it is.
            return;
        }
    }
}
