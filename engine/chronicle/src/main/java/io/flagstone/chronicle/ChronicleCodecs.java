// SPDX-License-Identifier: Apache-2.0
package io.flagstone.chronicle;

import io.flagstone.typed.Codec;
import java.util.Objects;
import java.util.function.Supplier;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.BytesMarshallable;
import net.openhft.chronicle.bytes.BytesStore;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Codecs of Chronicle's bytes, and of objects that write themselves to such. Thread-safe. */
// Who uses this requires Chronicle's module, too: required transitively, all others would have to.
@SuppressWarnings("exports")
public final class ChronicleCodecs {
    private static final Codec<Bytes<?>> BYTES = new BytesCodec();

    /** The thread's own, or null while it is in use. */
    private static final ThreadLocal<Bytes<?>> SCRATCH =
            ThreadLocal.withInitial(Bytes::allocateElasticOnHeap);

    private ChronicleCodecs() {}

    /**
     * The codec of bytes from their read position to their read limit, which it leaves alone. For
     * keys and values.
     *
     * <p>Reads into bytes that are there by clearing and appending, without allocation if they have
     * the room; otherwise into new ones on the heap.
     *
     * @return the codec.
     */
    public static Codec<Bytes<?>> ofBytes() {
        return BYTES;
    }

    /**
     * The codec of objects that write themselves to bytes and read themselves from them.
     *
     * <p>Reads into an object that is there, without allocation if the object does not; otherwise
     * into a new one. Objects are written and read through bytes of the calling thread.
     *
     * @param maker makes the objects to read into.
     * @param <T> the objects' type.
     * @return the codec.
     */
    public static <T extends BytesMarshallable> Codec<T> ofMarshallable(Supplier<T> maker) {
        return new MarshallableCodec<>(Objects.requireNonNull(maker, "maker"));
    }

    private static int copy(BytesStore<?, ?> from, MutableDirectBuffer to, int offset) {
        final long position = from.readPosition();
        final int length = Math.toIntExact(from.readRemaining());
        int done = 0;
        for (; done <= length - Long.BYTES; done += Long.BYTES) {
            to.putLong(offset + done, from.readLong(position + done));
        }
        for (; done < length; done++) {
            to.putByte(offset + done, from.readByte(position + done));
        }
        return length;
    }

    private static void append(DirectBuffer from, int offset, int length, Bytes<?> to) {
        int done = 0;
        for (; done <= length - Long.BYTES; done += Long.BYTES) {
            to.writeLong(from.getLong(offset + done));
        }
        for (; done < length; done++) {
            to.writeByte(from.getByte(offset + done));
        }
    }

    private static final class BytesCodec implements Codec<Bytes<?>> {
        @Override
        public int encode(Bytes<?> value, MutableDirectBuffer buffer, int offset) {
            return copy(value, buffer, offset);
        }

        @Override
        public Bytes<?> decode(DirectBuffer buffer, int offset, int length) {
            return decode(buffer, offset, length, Bytes.allocateElasticOnHeap(length));
        }

        @Override
        public Bytes<?> decode(DirectBuffer buffer, int offset, int length, Bytes<?> reuse) {
            reuse.clear();
            append(buffer, offset, length, reuse);
            return reuse;
        }
    }

    private static final class MarshallableCodec<T extends BytesMarshallable> implements Codec<T> {
        private final Supplier<T> maker;

        MarshallableCodec(Supplier<T> maker) {
            this.maker = maker;
        }

        /** An object that itself uses a cache, while it is written or read, gets other bytes. */
        private static Bytes<?> takeScratch() {
            final Bytes<?> scratch = SCRATCH.get();
            SCRATCH.set(null);
            return scratch == null ? Bytes.allocateElasticOnHeap() : scratch.clear();
        }

        @Override
        public int encode(T value, MutableDirectBuffer buffer, int offset) {
            final Bytes<?> scratch = takeScratch();
            try {
                value.writeMarshallable(scratch);
                return copy(scratch, buffer, offset);
            } finally {
                SCRATCH.set(scratch);
            }
        }

        @Override
        public T decode(DirectBuffer buffer, int offset, int length) {
            return decode(buffer, offset, length, maker.get());
        }

        @Override
        public T decode(DirectBuffer buffer, int offset, int length, T reuse) {
            final Bytes<?> scratch = takeScratch();
            try {
                append(buffer, offset, length, scratch);
                reuse.readMarshallable(scratch);
                return reuse;
            } finally {
                SCRATCH.set(scratch);
            }
        }
    }
}
