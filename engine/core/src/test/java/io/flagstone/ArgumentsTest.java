// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static io.flagstone.BufferCall.AT;
import static io.flagstone.BufferCall.LONG_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flagstone.BufferCall.Buffers;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A call reads its buffers' addresses once, and keeps their memory alive until it returns. */
@Timeout(60)
class ArgumentsTest {
    private static final int KEY_LENGTH = 8;
    private static final int VALUE_LENGTH = 40;
    private static final long TTL_NS = 1_000;

    private Runnable hook = () -> {};
    private final OffHeapCache cache =
            OffHeapCache.builder()
                    .memoryBytes(1 << 19)
                    .segments(1)
                    .promotionDistance(0)
                    .clock(
                            () -> {
                                final Runnable once = hook;
                                hook = () -> {};
                                once.run();
                                return 1;
                            })
                    .build();

    @TempDir private Path directory;

    @AfterEach
    void auditAndClose() {
        TestSupport.assertClean(cache);
        cache.close();
    }

    private static UnsafeBuffer direct(int length, int fill) {
        final UnsafeBuffer buffer = new UnsafeBuffer(ByteBuffer.allocateDirect(length + 2 * AT));
        buffer.setMemory(AT, length, (byte) fill);
        return buffer;
    }

    private Buffers buffers() {
        final Buffers buffers = new Buffers();
        buffers.key = direct(KEY_LENGTH, 0);
        buffers.key.putLong(AT, LONG_KEY);
        buffers.value = direct(VALUE_LENGTH, 'v');
        buffers.expected = direct(VALUE_LENGTH, 'o');
        buffers.destination = direct(2 * VALUE_LENGTH, 0);
        buffers.keyLength = KEY_LENGTH;
        buffers.valueLength = VALUE_LENGTH;
        buffers.expectedLength = VALUE_LENGTH;
        return buffers;
    }

    private String stored() {
        final String[] found = {"none"};
        cache.read(LONG_KEY, view -> found[0] = TestSupport.string(view));
        return found[0];
    }

    /** Puts the old value, with a deadline, so that each operation reads the clock. */
    private void prepare() {
        hook = () -> {};
        cache.clear();
        cache.put(LONG_KEY, direct(VALUE_LENGTH, 'o'), AT, VALUE_LENGTH, TTL_NS);
    }

    private static List<WeakReference<ByteBuffer>> memories(BufferCall call, Buffers buffers) {
        final List<WeakReference<ByteBuffer>> memories = new ArrayList<>();
        for (final char letter : call.takes().toCharArray()) {
            memories.add(new WeakReference<>(buffers.get(letter).byteBuffer()));
        }
        return memories;
    }

    static Stream<BufferCall> calls() {
        return BufferCall.all().stream().filter(call -> !call.name().equals("batch add"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("calls")
    void memoryStaysAliveWhenACallbackWrapsTheBuffersAnew(BufferCall call) {
        prepare();
        final Object result = call.operation().on(cache, buffers());
        final String left = stored();

        prepare();
        final Buffers buffers = buffers();
        final List<WeakReference<ByteBuffer>> memories = memories(call, buffers);
        final List<Object> collected = new ArrayList<>();
        final boolean[] called = {false};
        hook =
                () -> {
                    called[0] = true;
                    for (final char letter : "kved".toCharArray()) {
                        buffers.get(letter).wrap(new byte[1]);
                    }
                    System.gc();
                    for (int i = 0; i < memories.size(); i++) {
                        if (memories.get(i).get() == null) {
                            collected.add(call.takes().charAt(i));
                        }
                    }
                };
        assertThat(call.operation().on(cache, buffers)).isEqualTo(result);
        assertThat(called[0]).as("a callback ran").isTrue();
        assertThat(collected).as("memory that was collected during the call").isEmpty();
        assertThat(stored()).isEqualTo(left);
    }

    /** Wraps the buffers' addresses; the engine treats such memory like a mapped file. */
    private static List<ByteBuffer> wrapAddresses(Buffers buffers) {
        final List<ByteBuffer> memories = new ArrayList<>();
        for (final char letter : "kved".toCharArray()) {
            final UnsafeBuffer buffer = buffers.get(letter);
            memories.add(buffer.byteBuffer());
            buffer.wrap(buffer.addressOffset(), buffer.capacity());
        }
        return memories;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("calls")
    void copiedArgumentsGiveTheSameResults(BufferCall call) {
        for (final int length : new int[] {0, 8, VALUE_LENGTH}) {
            prepare();
            final Buffers direct = buffers();
            direct.valueLength = length;
            final Object result = call.operation().on(cache, direct);
            final String left = stored();

            prepare();
            final Buffers buffers = buffers();
            buffers.valueLength = length;
            final List<ByteBuffer> memories = wrapAddresses(buffers);
            assertThat(call.operation().on(cache, buffers)).isEqualTo(result);
            assertThat(stored()).isEqualTo(left);
            assertThat(buffers.destination.compareTo(direct.destination)).isZero();
            Reference.reachabilityFence(memories);
        }
    }

    @Test
    void aCallInsideACallbackHasItsOwnCopies() {
        try (OffHeapCache other = OffHeapCache.builder().memoryBytes(1 << 19).build()) {
            prepare();
            final Buffers buffers = buffers();
            final List<ByteBuffer> memories = wrapAddresses(buffers);
            hook = () -> other.put(buffers.value, AT, 8, buffers.expected, AT, VALUE_LENGTH);
            cache.put(buffers.key, AT, KEY_LENGTH, buffers.value, AT, VALUE_LENGTH, TTL_NS);
            assertThat(other.size()).isEqualTo(1);
            assertThat(stored()).isEqualTo("v".repeat(VALUE_LENGTH));
            assertThat(cache.size()).isEqualTo(1);
            Reference.reachabilityFence(memories);
        }
    }

    /** The value is longer than the buffers that are kept for copies. */
    @Test
    void longValuesAreCopiedAsWell() {
        final int length = 100_000;
        final UnsafeBuffer value = direct(length, 'x');
        final UnsafeBuffer destination = direct(length, 0);
        try (OffHeapCache large =
                OffHeapCache.builder()
                        .memoryBytes(4 << 20)
                        .segments(1)
                        .slabBytes(1 << 18)
                        .build()) {
            final UnsafeBuffer from = new UnsafeBuffer(value.addressOffset(), value.capacity());
            final UnsafeBuffer to =
                    new UnsafeBuffer(destination.addressOffset(), destination.capacity());
            large.put(1, from, AT, length);
            assertThat(large.get(1, to, AT)).isEqualTo(length);
            assertThat(destination.compareTo(value)).isZero();
            assertThat(large.getAndRemove(1, new UnsafeBuffer(to, 0, 99_999), AT))
                    .isEqualTo(OffHeapCache.INSUFFICIENT_CAPACITY);
            destination.setMemory(AT, length, (byte) 0);
            assertThat(large.getAndRemove(1, to, AT)).isEqualTo(length);
            assertThat(destination.compareTo(value)).isZero();
            assertThat(large.size()).isZero();
            TestSupport.assertClean(large);
        }
        Reference.reachabilityFence(value);
        Reference.reachabilityFence(destination);
    }

    static Stream<BufferCall> callsWithDestination() {
        return BufferCall.all().stream().filter(call -> call.takes().indexOf('d') >= 0);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("callsWithDestination")
    void aReadOnlyDestinationIsRefused(BufferCall call) throws IOException {
        prepare();
        final List<ByteBuffer> readOnly = new ArrayList<>();
        readOnly.add(ByteBuffer.allocateDirect(256).asReadOnlyBuffer());
        readOnly.add(ByteBuffer.allocate(256).asReadOnlyBuffer());
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("file").toFile(), "rw")) {
            file.setLength(256);
            readOnly.add(file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, 256));
        }
        readOnly.add(readOnly.get(2).slice(8, 200));
        for (final ByteBuffer memory : readOnly) {
            final UnsafeBuffer over = new UnsafeBuffer(memory);
            for (final UnsafeBuffer destination :
                    new UnsafeBuffer[] {over, new UnsafeBuffer(over, 0, 100)}) {
                final Buffers buffers = buffers();
                buffers.destination = destination;
                assertThatThrownBy(() -> call.operation().on(cache, buffers))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("read-only");
                assertThat(destination.getByte(AT)).isZero();
            }
        }
        assertThat(cache.statistics().hits() + cache.statistics().misses()).isZero();
        assertThat(stored()).isEqualTo("o".repeat(VALUE_LENGTH));
    }

    /** Starts a write to the segment by another thread, and waits until it blocks or ends. */
    private void writeMeanwhile(Thread[] writer) {
        writer[0] = new Thread(() -> cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8));
        writer[0].start();
        while (writer[0].getState() == Thread.State.NEW
                || writer[0].getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-VALUE_LENGTH, -VALUE_LENGTH + 4, -KEY_LENGTH, -1, 0, 1, KEY_LENGTH})
    void aDestinationMayOverlapTheKeyWhileAnotherThreadWrites(int from) throws Exception {
        for (final boolean isDirect : new boolean[] {false, true}) {
            prepare();
            final UnsafeBuffer buffer =
                    isDirect
                            ? new UnsafeBuffer(ByteBuffer.allocateDirect(256))
                            : new UnsafeBuffer(new byte[256]);
            buffer.putLong(100, LONG_KEY);
            final Thread[] writer = {null};
            hook = () -> writeMeanwhile(writer);
            assertThat(cache.get(buffer, 100, KEY_LENGTH, buffer, 100 + from))
                    .isEqualTo(VALUE_LENGTH);
            writer[0].join();
            for (int i = 0; i < VALUE_LENGTH; i++) {
                assertThat(buffer.getByte(100 + from + i)).isEqualTo((byte) 'o');
            }
            buffer.putLong(100, LONG_KEY);
            assertThat(cache.getAndRemove(buffer, 100, KEY_LENGTH, buffer, 100 + from))
                    .isEqualTo(VALUE_LENGTH);
            assertThat(cache.contains(LONG_KEY)).isFalse();
        }
    }

    @Test
    void aGetWithItsDestinationBehindTheKeyTakesNoLock() {
        prepare();
        final UnsafeBuffer buffer = new UnsafeBuffer(new byte[256]);
        buffer.putLong(0, LONG_KEY);
        hook =
                () -> {
                    final Thread writer = new Thread(() -> cache.put(1, buffer, 100, 8));
                    writer.start();
                    try {
                        writer.join();
                    } catch (final InterruptedException e) {
                        throw new IllegalStateException("the writer waits for the read", e);
                    }
                };
        assertThat(cache.get(buffer, 0, KEY_LENGTH, buffer, KEY_LENGTH)).isEqualTo(VALUE_LENGTH);
        assertThat(cache.contains(1)).isTrue();
    }

    @Test
    void viewsGiveAccessOnlyToTheirKeyOrValue() {
        final List<Object> given = new ArrayList<>();
        final int[] views = {0};
        final Consumer<DirectBuffer> look =
                view -> {
                    views[0]++;
                    if (view.byteBuffer() != null || view.byteArray() != null) {
                        given.add(view);
                    }
                };
        try (OffHeapCache told =
                OffHeapCache.builder()
                        .memoryBytes(1 << 19)
                        .removalHandler(
                                (cause, key, value) -> {
                                    look.accept(key);
                                    look.accept(value);
                                })
                        .build()) {
            told.put(1, direct(8, 1), AT, 8);
            told.read(1, look::accept);
            told.update(1, look::accept);
            long cursor = 0;
            while (cursor != OffHeapCache.SCAN_DONE) {
                cursor =
                        told.scan(
                                cursor,
                                10,
                                (key, value) -> {
                                    look.accept(key);
                                    look.accept(value);
                                });
            }
            told.remove(1);
        }
        assertThat(views[0]).isEqualTo(6);
        assertThat(given).isEmpty();
    }
}
