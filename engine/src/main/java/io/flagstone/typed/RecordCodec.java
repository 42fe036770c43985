package io.flagstone.typed;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * A codec made of others, for records and the like: field by field, each with its length before it
 * in four bytes. Nothing is found by reflection.
 *
 * <pre>{@code
 * Codec<Quote> quotes =
 *         RecordCodec.<Quote>builder()
 *                 .field(Quote::symbol, Codecs.ofString())
 *                 .field(Quote::price, Codecs.ofLong())
 *                 .build(fields -> new Quote(fields.get(0), fields.get(1)));
 * }</pre>
 *
 * @param <T> the record's type.
 */
public final class RecordCodec<T> implements Codec<T> {
    private final List<Field<T, ?>> fields;
    private final Function<Fields, T> constructor;

    private record Field<T, F>(Function<T, F> getter, Codec<F> codec) {
        int encode(T value, MutableDirectBuffer buffer, int offset) {
            final int start = offset + Integer.BYTES;
            final int length = codec.encode(getter.apply(value), buffer, start);
            buffer.putInt(offset, length);
            return Integer.BYTES + length;
        }
    }

    /** The fields of a record that is being read, in the order in which they were named. */
    public static final class Fields {
        private final Object[] values;

        Fields(Object[] values) {
            this.values = values;
        }

        /**
         * A field.
         *
         * @param number from 0.
         * @param <F> its type.
         * @return what its codec read.
         */
        @SuppressWarnings("unchecked")
        public <F> F get(int number) {
            return (F) values[number];
        }
    }

    /**
     * Names the fields.
     *
     * @param <T> the record's type.
     */
    public static final class Builder<T> {
        private final List<Field<T, ?>> fields = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a field.
         *
         * @param getter its accessor; what it returns may not be {@code null}.
         * @param codec its codec.
         * @param <F> its type.
         * @return this.
         */
        public <F> Builder<T> field(Function<T, F> getter, Codec<F> codec) {
            fields.add(new Field<>(getter, codec));
            return this;
        }

        /**
         * Makes the codec.
         *
         * @param constructor makes a record of the fields read.
         * @return the codec.
         */
        public RecordCodec<T> build(Function<Fields, T> constructor) {
            return new RecordCodec<>(List.copyOf(fields), constructor);
        }
    }

    private RecordCodec(List<Field<T, ?>> fields, Function<Fields, T> constructor) {
        this.fields = fields;
        this.constructor = constructor;
    }

    /**
     * Starts a codec.
     *
     * @param <T> the record's type.
     * @return a builder without fields.
     */
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    @Override
    public int encode(T value, MutableDirectBuffer buffer, int offset) {
        int end = offset;
        for (int i = 0; i < fields.size(); i++) {
            end += fields.get(i).encode(value, buffer, end);
        }
        return end - offset;
    }

    @Override
    public T decode(DirectBuffer buffer, int offset, int length) {
        final Object[] values = new Object[fields.size()];
        int position = offset;
        for (int i = 0; i < values.length; i++) {
            final int fieldLength = buffer.getInt(position);
            position += Integer.BYTES;
            values[i] = fields.get(i).codec.decode(buffer, position, fieldLength);
            position += fieldLength;
        }
        return constructor.apply(new Fields(values));
    }
}
