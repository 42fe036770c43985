// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import static io.flagstone.stress.crash.LedgerDescriptor.*;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The ledger: what the cache must contain, in a mapped file that outlives the process that writes
 * it. It has the state of each key after the last operation that has returned, and for each thread
 * the operation under way with its intended states.
 *
 * <p>The file survives a SIGKILL at any instruction:
 *
 * <ul>
 *   <li>A thread writes its intentions before an operation and withdraws them after it. So at most
 *       one operation of each thread is in doubt, and its keys have either state.
 *   <li>A slot has two states, and a version that says which of them counts. A thread writes the
 *       other one, then stores the version. So a state is old or new, but never mixed.
 *   <li>The states of an operation that has returned are written before its intentions are
 *       withdrawn. A kill in between makes the check of these keys no weaker.
 * </ul>
 *
 * <p>All stores that publish are release stores. Each {@link Part} belongs to one thread.
 */
final class Ledger implements AutoCloseable {
    private static final long MAGIC_NUMBER = 0x4C45444745523031L;

    private final MappedByteBuffer mapped;
    private final UnsafeBuffer file;
    private final int threads;
    private final int keys;

    /**
     * Opens a ledger, or creates it if the file does not exist.
     *
     * @param path the file.
     * @param threads the number of parts.
     * @param keys the number of slots in each part.
     * @throws IllegalArgumentException if the file has other numbers of threads or keys.
     */
    Ledger(Path path, int threads, int keys) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, fileBytes(threads, keys));
        }
        file = new UnsafeBuffer(mapped);
        this.threads = threads;
        this.keys = keys;
        if (file.getLongVolatile(MAGIC) == 0) {
            format();
        } else if (file.getLong(THREADS) != threads || file.getLong(KEYS) != keys) {
            throw new IllegalArgumentException(
                    "the directory was written with "
                            + file.getLong(THREADS)
                            + " threads of "
                            + file.getLong(KEYS)
                            + " keys: threads="
                            + threads
                            + ", keys="
                            + keys);
        }
    }

    /** Creates a ledger in memory, which does not outlive the process. */
    Ledger(int threads, int keys) {
        mapped = null;
        file = new UnsafeBuffer(ByteBuffer.allocateDirect((int) fileBytes(threads, keys)));
        this.threads = threads;
        this.keys = keys;
        format();
    }

    private void format() {
        file.putLong(THREADS, threads);
        file.putLong(KEYS, keys);
        file.putLong(KINDS, Kinds.COLD);
        for (int i = 0; i < threads; i++) {
            part(i).word(NEXT_SEQUENCE, 1);
        }
        file.putLongRelease(MAGIC, MAGIC_NUMBER);
    }

    int threads() {
        return threads;
    }

    int keys() {
        return keys;
    }

    Part part(int thread) {
        return new Part(thread);
    }

    long get(int field) {
        return file.getLongVolatile(field);
    }

    void set(int field, long value) {
        file.putLongRelease(field, value);
    }

    void add(int field, long delta) {
        set(field, get(field) + delta);
    }

    Phase phase() {
        return Phase.values()[(int) get(PHASE)];
    }

    void phase(Phase phase) {
        set(PHASE, phase.ordinal());
    }

    /** Announces that all keys are about to be removed, or withdraws that. */
    void clearing(boolean clearing) {
        set(CLEARING, clearing ? 1 : 0);
    }

    boolean isClearing() {
        return get(CLEARING) != 0;
    }

    /** Returns the number of operations that have returned. */
    long operations() {
        long sum = 0;
        for (int i = 0; i < threads; i++) {
            sum += part(i).get(OPERATIONS);
        }
        return sum;
    }

    @Override
    public void close() {
        if (mapped != null) {
            IoUtil.unmap(mapped);
        }
    }

    /** The part of one thread. */
    final class Part {
        private final int thread;
        private final int base;
        private int intentions;

        private Part(int thread) {
            this.thread = thread;
            this.base = HEADER_BYTES + thread * partBytes(keys);
        }

        /** Returns the number of the key of a slot. */
        long key(int slot) {
            return 1 + (long) slot * threads + thread;
        }

        int slots() {
            return keys;
        }

        /** Takes the next sequence number, which no later process takes again. */
        long nextSequence() {
            final long next = get(NEXT_SEQUENCE);
            word(NEXT_SEQUENCE, next + 1);
            return next;
        }

        void read(int slot, KeyState into) {
            final int at = slot(slot);
            readState(stateAt(at, file.getLongVolatile(at + SLOT_VERSION)), into);
        }

        void write(int slot, KeyState state) {
            final int at = slot(slot);
            final long version = file.getLong(at + SLOT_VERSION) + 1;
            writeState(stateAt(at, version), state);
            file.putLongRelease(at + SLOT_VERSION, version);
        }

        /** Adds a state to the operation that {@link #begin} will announce. */
        void intend(int slot, KeyState after) {
            final int at = intention(intentions++);
            file.putLong(at + INTENTION_SLOT, slot);
            writeState(at + INTENTION_STATE, after);
        }

        /** Announces the operation. From here on it may be under way. */
        void begin(CrashOperation operation) {
            file.putLong(base + OPERATION, operation.ordinal());
            word(INTENDED, intentions);
            // Keeps the compiler from moving the operation's stores ahead of the announcement.
            VarHandle.fullFence();
        }

        /** Records that the operation has returned, and left the given state in its only key. */
        void end(int slot, KeyState state) {
            write(slot, state);
            end();
        }

        /** Records that the operation has returned, and did all that was intended. */
        void endAll(KeyState scratch) {
            for (int i = 0; i < intentions; i++) {
                write(intendedSlot(i), intended(i, scratch));
            }
            end();
        }

        /** Records that the operation has returned. The states of its keys are already written. */
        void end() {
            intentions = 0;
            word(INTENDED, 0);
            word(OPERATIONS, get(OPERATIONS) + 1);
        }

        /** Returns the number of keys of the operation under way, after a kill. */
        int intended() {
            return (int) get(INTENDED);
        }

        int intendedSlot(int number) {
            return (int) file.getLong(intention(number) + INTENTION_SLOT);
        }

        KeyState intended(int number, KeyState into) {
            readState(intention(number) + INTENTION_STATE, into);
            return into;
        }

        CrashOperation operation() {
            return CrashOperation.values()[(int) get(OPERATION)];
        }

        /** Withdraws the operation under way once its keys are known. */
        void settle() {
            word(INTENDED, 0);
        }

        long get(int field) {
            return file.getLongVolatile(base + field);
        }

        private void word(int field, long value) {
            file.putLongRelease(base + field, value);
        }

        private int intention(int number) {
            return base + INTENTIONS + number * INTENTION_BYTES;
        }

        private int slot(int slot) {
            return base + SLOTS + slot * SLOT_BYTES;
        }

        private int stateAt(int slot, long version) {
            return slot + SLOT_STATES + (int) (version & 1) * STATE_BYTES;
        }

        private void readState(int at, KeyState into) {
            into.sequence = file.getLong(at + SEQUENCE);
            into.length = file.getLong(at + LENGTH);
            into.earliestEndNs = file.getLong(at + EARLIEST_END);
            into.latestEndNs = file.getLong(at + LATEST_END);
            into.alignedCount = file.getLong(at + ALIGNED_COUNT);
            into.unalignedCount = file.getLong(at + UNALIGNED_COUNT);
        }

        private void writeState(int at, KeyState state) {
            file.putLong(at + SEQUENCE, state.sequence);
            file.putLong(at + LENGTH, state.length);
            file.putLong(at + EARLIEST_END, state.earliestEndNs);
            file.putLong(at + LATEST_END, state.latestEndNs);
            file.putLong(at + ALIGNED_COUNT, state.alignedCount);
            file.putLong(at + UNALIGNED_COUNT, state.unalignedCount);
        }
    }
}
