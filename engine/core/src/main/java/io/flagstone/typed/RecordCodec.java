// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * A codec of records and similar classes, composed of codecs of their fields. It writes each field
 * after its length in four bytes, in native byte order. A codec without fields writes one byte. It
 * uses no reflection.
 *
 * <p>Thread-safe if the fields' codecs are, as all codecs should be. Throws an {@link
 * IllegalArgumentException} for bytes that it cannot have written.
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
public final class RecordCodec<T> extends CompositeCodec<T> {
    private final List<Field<T, ?>> fields;
    private final Function<Fields, T> constructor;

    private record Field<T, F>(Function<T, F> getter, Codec<F> codec, boolean nullable) {
        int encode(int number, T value, EncodeBuffer buffer, int offset) {
            final F field = getter.apply(value);
            if (field != null || codec instanceof NullableCodec) {
                return encodePart(codec, field, buffer, offset);
            }
            if (!nullable) {
                throw new NullPointerException(
                        "a field must not be null; add it with nullableField: number=" + number);
            }
            return encodeNull(buffer, offset);
        }
    }

    /**
     * The fields of a record that is being read, in the order in which they were added to the
     * builder.
     */
    public static final class Fields {
        private final Object[] values;

        Fields(Object[] values) {
            this.values = values;
        }

        /**
         * Returns the value of a field.
         *
         * @param number the number of the field, from 0.
         * @param <F> the field's type.
         * @return the value that the field's codec read.
         */
        @SuppressWarnings("unchecked")
        public <F> F get(int number) {
            return (F) values[number];
        }
    }

    /**
     * Collects the fields of a codec. Not thread-safe.
     *
     * @param <T> the record's type.
     */
    public static final class Builder<T> {
        private final List<Field<T, ?>> fields = new ArrayList<>();

        private Builder() {}

        /**
         * Adds a field.
         *
         * @param getter the accessor of the field; it must not return {@code null}.
         * @param codec the codec of the field.
         * @param <F> the field's type.
         * @return this.
         */
        public <F> Builder<T> field(Function<T, F> getter, Codec<F> codec) {
            return add(getter, codec, false);
        }

        /**
         * Adds a field that may be {@code null}, which is written as a length of -1.
         *
         * @param getter the accessor of the field.
         * @param codec the codec of the field; it is never called with {@code null}.
         * @param <F> the field's type.
         * @return this.
         */
        public <F> Builder<T> nullableField(Function<T, F> getter, Codec<F> codec) {
            return add(getter, codec, true);
        }

        private <F> Builder<T> add(Function<T, F> getter, Codec<F> codec, boolean nullable) {
            Objects.requireNonNull(getter, "getter");
            Objects.requireNonNull(codec, "codec");
            fields.add(new Field<>(getter, codec, nullable));
            return this;
        }

        /**
         * Builds the codec.
         *
         * @param constructor creates a record from the fields that were read.
         * @return the codec.
         */
        public RecordCodec<T> build(Function<Fields, T> constructor) {
            return new RecordCodec<>(
                    List.copyOf(fields), Objects.requireNonNull(constructor, "constructor"));
        }
    }

    private RecordCodec(List<Field<T, ?>> fields, Function<Fields, T> constructor) {
        this.fields = fields;
        this.constructor = constructor;
    }

    /**
     * Creates a builder of a codec.
     *
     * @param <T> the record's type.
     * @return a builder without fields.
     */
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    @Override
    int encodeParts(T value, EncodeBuffer buffer, int offset) {
        if (fields.isEmpty()) {
            // The engine refuses empty keys.
            buffer.putByte(offset, (byte) 0);
            return Byte.BYTES;
        }
        int end = offset;
        for (int i = 0; i < fields.size(); i++) {
            end += fields.get(i).encode(i, value, buffer, end);
        }
        return end - offset;
    }

    @Override
    T decodeParts(Parts parts) {
        final Object[] values = new Object[fields.size()];
        if (values.length == 0) {
            parts.skipByte();
        }
        for (int i = 0; i < values.length; i++) {
            final Field<T, ?> field = fields.get(i);
            values[i] = parts.read(field.codec, field.nullable);
        }
        parts.checkEnd();
        return constructor.apply(new Fields(values));
    }
}
