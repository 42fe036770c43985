// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.BufferCall.AT;
import static io.flagstone.BufferCall.LONG_KEY;

import io.flagstone.BufferCall.Buffers;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Calls every operation with each of its buffers in a truncated mapped file, and prints each
 * finding: the error must reach the caller, and the cache must stay as it was.
 *
 * <p>It is a program so that it can run interpreted and with each compiler. Each call first runs
 * often with the whole file, so that it is compiled.
 */
final class MappedFaults {
    private static final int[] LENGTHS = {8, 64, 300, 5_000, 100_000};
    private static final int KEYS = 20;

    /** How a buffer wraps the mapped memory. */
    private enum Kind {
        MAPPED,
        SLICE,
        ADDRESS
    }

    private final Path path;
    private final int rounds;
    private final OffHeapCache cache =
            OffHeapCache.builder()
                    .memoryBytes(2 << 20)
                    .segments(1)
                    .slabBytes(1 << 18)
                    .maxEntries(100)
                    .build();
    private final UnsafeBuffer heap = new UnsafeBuffer(new byte[200_000]);
    private final UnsafeBuffer text = new UnsafeBuffer(new byte[200_000]);
    private MappedByteBuffer mapping;
    private int wrong;

    private MappedFaults(Path path, int rounds) {
        this.path = path;
        this.rounds = rounds;
        text.setMemory(0, text.capacity(), (byte) 'o');
    }

    /** Takes a path for the file, and how often each call runs before the file is truncated. */
    public static void main(String[] args) throws Exception {
        final MappedFaults faults = new MappedFaults(Path.of(args[0]), Integer.parseInt(args[1]));
        for (final BufferCall call : BufferCall.all()) {
            for (final char letter : call.takes().toCharArray()) {
                for (final int length : LENGTHS) {
                    faults.check(call, letter, length, Kind.MAPPED);
                }
                faults.check(call, letter, 64, Kind.SLICE);
                faults.check(call, letter, 64, Kind.ADDRESS);
            }
        }
        System.out.println("wrong: " + faults.wrong);
    }

    private static boolean isKeyTooLong(char letter, int length) {
        return letter == 'k' && length > OffHeapCache.MAX_KEY_LENGTH;
    }

    private UnsafeBuffer filled(char with, int length) {
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[length + 2 * AT]);
        buffer.setMemory(AT, length, (byte) with);
        return buffer;
    }

    /** Returns the arguments, one of them in a file that is still whole. */
    private Buffers buffers(BufferCall call, char letter, int length, Kind kind)
            throws IOException {
        final Buffers buffers = new Buffers();
        buffers.keyLength = letter == 'k' ? length : Long.BYTES;
        buffers.valueLength = length;
        buffers.expectedLength = length;
        buffers.key = filled('k', buffers.keyLength);
        buffers.value = filled('v', length);
        buffers.expected = filled('o', length);
        buffers.destination = filled('-', length);
        final UnsafeBuffer mapped = buffers.get(letter);
        final byte[] content = mapped.byteArray();
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(content.length);
            mapping = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, content.length);
        }
        mapping.put(0, content);
        switch (kind) {
            case MAPPED -> mapped.wrap(mapping);
            case SLICE -> mapped.wrap((ByteBuffer) mapping.slice().duplicate());
            default -> mapped.wrap(BufferUtil.address(mapping), content.length);
        }
        return buffers;
    }

    /** Puts the old value for the call's key, and other entries. */
    private void fill(BufferCall call, Buffers buffers, byte[] key) {
        for (long i = 0; i < KEYS; i++) {
            if (!cache.contains(i)) {
                cache.put(i, text, 0, 100);
            }
        }
        final int length = buffers.valueLength;
        if (call.isOnLongKey()) {
            cache.put(LONG_KEY, text, 0, length);
        } else {
            cache.put(new UnsafeBuffer(key), 0, key.length, text, 0, length);
        }
    }

    private void check(BufferCall call, char letter, int length, Kind kind) throws Exception {
        if (isKeyTooLong(letter, length)) {
            return;
        }
        cache.clear();
        final Buffers buffers = buffers(call, letter, length, kind);
        final byte[] key = new byte[buffers.keyLength];
        buffers.key.getBytes(AT, key);
        for (int i = 0; i < (length == 64 ? rounds : Math.min(rounds, 10)); i++) {
            fill(call, buffers, key);
            call.operation().on(cache, buffers);
        }
        cache.clear();
        fill(call, buffers, key);
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.setLength(0);
        }
        final String what = call + " " + letter + " " + length + " " + kind + ": ";
        try {
            final Object result = call.operation().on(cache, buffers);
            report(what + "no error, but the result " + result);
        } catch (final InternalError expected) {
            if (!isRaisedByTheFault(expected)) {
                report(what + expected);
            }
        }
        checkCache(what, call, key, length);
    }

    private static boolean isRaisedByTheFault(InternalError error) {
        return error.getMessage() != null && error.getMessage().contains("unsafe memory access");
    }

    private void checkCache(String what, BufferCall call, byte[] key, int length) throws Exception {
        final Thread other = new Thread(() -> cache.put(KEYS, text, 0, 8));
        other.start();
        other.join();
        if (!cache.remove(KEYS)) {
            report(what + "another thread could not write");
        }
        if (!cache.audit().clean()) {
            report(what + cache.audit().finding());
        }
        final int found =
                call.isOnLongKey()
                        ? cache.get(LONG_KEY, heap, 0)
                        : cache.get(new UnsafeBuffer(key), 0, key.length, heap, 0);
        if (found != length || heap.getByte(0) != 'o' || heap.getByte(length - 1) != 'o') {
            report(what + "the old value is gone: " + found);
        }
        if (cache.size() != KEYS + 1) {
            report(what + "there are " + cache.size() + " entries");
        }
    }

    private void report(String finding) {
        wrong++;
        System.out.println(finding);
    }
}
