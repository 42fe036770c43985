// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import org.agrona.concurrent.UnsafeBuffer;

/**
 * Loads the blocks of a snapshot into the second cache of the member that saves it: here in the
 * thread that writes them, which is simple and needs no other processor.
 *
 * <p>Not thread-safe: the thread that writes calls all methods.
 */
class BlockLoads {
    private final EntryLoader loader;
    private final UnsafeBuffer only;

    /** Creates loads with blocks of a length. */
    BlockLoads(EntryLoader loader, int messageBytes) {
        this.loader = loader;
        this.only = new UnsafeBuffer(new byte[messageBytes]);
    }

    /** Returns a message to fill. The one before must have been passed to {@link #load}. */
    UnsafeBuffer empty() {
        return only;
    }

    /**
     * Loads the entries of a complete message, now or later. Its bytes must not change any more.
     */
    void load(UnsafeBuffer message) {
        loadNow(message);
    }

    /** Waits until all entries are loaded. If loading has failed, throws the reason. */
    void end() {
        // There is nothing to wait for.
    }

    final void loadNow(UnsafeBuffer message) {
        loader.add(message, SnapshotDescriptor.BYTES_AT, SnapshotDescriptor.blockBytes(message));
    }
}
