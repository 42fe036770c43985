// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * The changes that writing a checkpoint makes to a directory. All of them go through this
 * interface, so a test can record them and replay any part, as a lost machine would have left it.
 */
public interface CheckpointStorage extends Closeable {
    /** Returns the names of the files in the directory. */
    List<String> names() throws IOException;

    /**
     * Creates a file.
     *
     * @throws IOException if there is such a file.
     */
    Output create(String name) throws IOException;

    /** Deletes a file if it exists. */
    void delete(String name) throws IOException;

    /** Returns the first bytes of a file, at most as many as asked for. */
    byte[] head(String name, int length) throws IOException;

    /** Makes the names of the files durable. */
    void force() throws IOException;

    /** A file that is being written. */
    interface Output extends Closeable {
        /** Writes all remaining bytes of a buffer at a position. */
        void write(ByteBuffer bytes, long position) throws IOException;

        /** Cuts the file to a length. */
        void truncate(long length) throws IOException;

        /** Makes the bytes of the file durable. */
        void force() throws IOException;
    }
}
