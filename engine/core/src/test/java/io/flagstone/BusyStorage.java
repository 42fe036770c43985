// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.internal.checkpoint.CheckpointDirectory;
import io.flagstone.internal.checkpoint.CheckpointStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** A directory of checkpoints, in which something happens at each write to a file. */
final class BusyStorage implements CheckpointStorage {
    /** An action before a write, which is numbered from 1. */
    interface Action {
        void before(int write) throws IOException;
    }

    private final CheckpointDirectory directory;
    private final Action action;
    private int writes;

    BusyStorage(Path directory, Action action) throws IOException {
        this.directory = CheckpointDirectory.open(directory);
        this.action = action;
    }

    @Override
    public List<String> names() throws IOException {
        return directory.names();
    }

    @Override
    public Output create(String name) throws IOException {
        final Output output = directory.create(name);
        return new Output() {
            @Override
            public void write(ByteBuffer bytes, long position) throws IOException {
                action.before(++writes);
                output.write(bytes, position);
            }

            @Override
            public void truncate(long length) throws IOException {
                output.truncate(length);
            }

            @Override
            public void force() throws IOException {
                output.force();
            }

            @Override
            public void close() throws IOException {
                output.close();
            }
        };
    }

    @Override
    public void delete(String name) throws IOException {
        directory.delete(name);
    }

    @Override
    public byte[] head(String name, int length) throws IOException {
        return directory.head(name, length);
    }

    @Override
    public void force() throws IOException {
        directory.force();
    }

    @Override
    public void close() throws IOException {
        directory.close();
    }
}
