// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Codecs of numbers, in native byte order. */
final class NumberCodecs {
    private NumberCodecs() {}

    /** Throws if the length is not the one that the codec writes. */
    static void check(int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException("length must be " + expected + ": length=" + length);
        }
    }

    static final class LongCodec implements Codec<Long> {
        @Override
        public int encode(Long value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, value);
            return Long.BYTES;
        }

        @Override
        public Long decode(DirectBuffer buffer, int offset, int length) {
            check(length, Long.BYTES);
            return buffer.getLong(offset);
        }
    }

    static final class IntegerCodec implements Codec<Integer> {
        @Override
        public int encode(Integer value, MutableDirectBuffer buffer, int offset) {
            buffer.putInt(offset, value);
            return Integer.BYTES;
        }

        @Override
        public Integer decode(DirectBuffer buffer, int offset, int length) {
            check(length, Integer.BYTES);
            return buffer.getInt(offset);
        }
    }

    static final class ShortCodec implements Codec<Short> {
        @Override
        public int encode(Short value, MutableDirectBuffer buffer, int offset) {
            buffer.putShort(offset, value);
            return Short.BYTES;
        }

        @Override
        public Short decode(DirectBuffer buffer, int offset, int length) {
            check(length, Short.BYTES);
            return buffer.getShort(offset);
        }
    }

    static final class BooleanCodec implements Codec<Boolean> {
        @Override
        public int encode(Boolean value, MutableDirectBuffer buffer, int offset) {
            buffer.putByte(offset, (byte) (value ? 1 : 0));
            return Byte.BYTES;
        }

        @Override
        public Boolean decode(DirectBuffer buffer, int offset, int length) {
            check(length, Byte.BYTES);
            final byte read = buffer.getByte(offset);
            if (read != 0 && read != 1) {
                throw new IllegalArgumentException(
                        "the byte of a boolean must be 0 or 1: byte=" + read);
            }
            return read == 1;
        }
    }

    /** Equal numbers have equal bytes: all NaN values have the same bytes, -0.0 and 0.0 do not. */
    static final class DoubleCodec implements Codec<Double> {
        @Override
        public int encode(Double value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, Double.doubleToLongBits(value));
            return Double.BYTES;
        }

        @Override
        public Double decode(DirectBuffer buffer, int offset, int length) {
            check(length, Double.BYTES);
            return Double.longBitsToDouble(buffer.getLong(offset));
        }
    }

    /** Writes equal numbers as {@link DoubleCodec} does. */
    static final class FloatCodec implements Codec<Float> {
        @Override
        public int encode(Float value, MutableDirectBuffer buffer, int offset) {
            buffer.putInt(offset, Float.floatToIntBits(value));
            return Float.BYTES;
        }

        @Override
        public Float decode(DirectBuffer buffer, int offset, int length) {
            check(length, Float.BYTES);
            return Float.intBitsToFloat(buffer.getInt(offset));
        }
    }

    /** Writes the scale, then the digits as the shortest two's complement, the high byte first. */
    static final class BigDecimalCodec implements Codec<BigDecimal> {
        @Override
        public int encode(BigDecimal value, MutableDirectBuffer buffer, int offset) {
            final byte[] digits = value.unscaledValue().toByteArray();
            buffer.putInt(offset, value.scale());
            buffer.putBytes(offset + Integer.BYTES, digits);
            return Integer.BYTES + digits.length;
        }

        @Override
        public BigDecimal decode(DirectBuffer buffer, int offset, int length) {
            if (length <= Integer.BYTES) {
                throw new IllegalArgumentException(
                        "the length of a BigDecimal must be at least 5: length=" + length);
            }
            final byte[] digits =
                    ByteCodecs.copy(buffer, offset + Integer.BYTES, length - Integer.BYTES);
            return new BigDecimal(new BigInteger(digits), buffer.getInt(offset));
        }
    }
}
