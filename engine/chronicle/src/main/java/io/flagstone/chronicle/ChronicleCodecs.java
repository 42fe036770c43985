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

/** Codecs of Chronicle bytes, and of objects that write themselves to bytes. Thread-safe. */
// The module requires Chronicle Bytes transitively, so users of these signatures can read it.
@SuppressWarnings("exports")
public final class ChronicleCodecs {
    private static final Codec<Bytes<?>> BYTES = new BytesCodec();

    /** The calling thread's bytes, or null while they are in use. */
    private static final ThreadLocal<Bytes<?>> SCRATCH =
            ThreadLocal.withInitial(Bytes::allocateElasticOnHeap);

    private ChronicleCodecs() {}

    /**
     * Returns the codec of bytes, for keys and values. It encodes the bytes from the read position
     * to the read limit, and changes neither.
     *
     * <p>If it is given bytes to reuse, it clears them and appends to them, without allocation if
     * they have enough capacity. Otherwise it decodes into new bytes on the heap.
     *
     * @return the codec.
     */
    public static Codec<Bytes<?>> ofBytes() {
        return BYTES;
    }

    /**
     * Returns a codec of objects that write themselves to bytes and read themselves from bytes.
     *
     * <p>If it is given an object to reuse, it decodes into it, and allocates only what the object
     * allocates. Otherwise it decodes into a new object. Objects are written and read through bytes
     * that belong to the calling thread.
     *
     * @param maker creates the objects to read into.
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

        /**
         * Takes the thread's bytes, or new ones if an object uses a cache while it is written or
         * read.
         */
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
