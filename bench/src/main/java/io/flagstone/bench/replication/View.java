// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.io.Closeable;
import java.io.IOException;
import org.agrona.MutableDirectBuffer;

/** A replica, for a reader in its process or next to it. One thread uses it. */
interface View extends Closeable {
    /** Returns whether the replica has all that the primary has. */
    boolean isReady() throws IOException;

    /** Does the replica's work, if it needs somebody to do it, and returns how much. */
    default int doWork() {
        return 0;
    }

    /**
     * Reads a key.
     *
     * @return false if the key is not there.
     */
    boolean read(long key, MutableDirectBuffer value) throws IOException;
}
