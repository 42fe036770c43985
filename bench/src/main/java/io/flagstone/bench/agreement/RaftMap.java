// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jgroups.JChannel;
import org.jgroups.raft.Options;
import org.jgroups.raft.blocks.ReplicatedStateMachine;
import org.jgroups.util.ByteArrayDataOutputStream;
import org.jgroups.util.Util;

/**
 * A {@code ReplicatedStateMachine} whose callers need not wait for each call. A put does not return
 * the value before it, as a put of a cache does not.
 *
 * <p>Thread-safe.
 */
final class RaftMap extends ReplicatedStateMachine<Long, byte[]> {
    private static final int COMMAND_BYTES = 128;

    RaftMap(JChannel channel) {
        super(channel);
    }

    /** Begins to write a value. */
    CompletableFuture<byte[]> putAsync(long key, byte[] value) throws Exception {
        final ByteArrayDataOutputStream command = command(PUT, key);
        Util.objectToStream(value, command);
        return raft.setAsync(command.buffer(), 0, command.position(), Options.create(true));
    }

    /** Begins to read a value through a majority. The result is null if there is none. */
    CompletableFuture<byte[]> getAsync(long key) throws Exception {
        final ByteArrayDataOutputStream command = command(GET, key);
        return raft.getAsync(command.buffer(), 0, command.position(), null).thenApply(RaftMap::of);
    }

    private static ByteArrayDataOutputStream command(byte operation, long key) throws IOException {
        final ByteArrayDataOutputStream command = new ByteArrayDataOutputStream(COMMAND_BYTES);
        command.writeByte(operation);
        Util.objectToStream(key, command);
        return command;
    }

    private static byte[] of(byte[] response) {
        try {
            return response == null || response.length == 0
                    ? null
                    : Util.objectFromByteBuffer(response);
        } catch (IOException | ClassNotFoundException damaged) {
            throw new CompletionException(damaged);
        }
    }

    /** Reads what this member has applied, or null. */
    byte[] applied(long key) {
        synchronized (map) {
            return map.get(key);
        }
    }

    boolean isLeader() {
        return raft.isLeader();
    }
}
