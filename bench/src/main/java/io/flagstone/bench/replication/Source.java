// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replication;

import java.io.Closeable;
import java.io.IOException;
import org.agrona.MutableDirectBuffer;

/** A primary. One thread uses it. */
interface Source extends Closeable {
    /** Returns what an observer needs to reach a replica of this primary. */
    String address();

    /** Writes a value of {@link Probe#LENGTH} bytes. It may wait in a buffer for {@link #flush}. */
    void put(long key, MutableDirectBuffer value) throws IOException;

    /** Sends what waits, and does the primary's other work. Called often. */
    void flush() throws IOException;
}
