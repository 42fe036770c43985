// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The codec of strings. It can encode every {@code String}.
 *
 * <p>It writes UTF-8. A string that is empty, or that UTF-8 cannot encode because of an unpaired
 * surrogate, is written as a byte that UTF-8 never uses, followed by the string's {@code char}s,
 * two bytes each, the high byte first.
 */
final class StringCodec implements Codec<String> {
    /** The first byte of a string that is not written in UTF-8. */
    static final byte CHARS = (byte) 0xFF;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = ONES << 7;
    private static final long QUESTION_MARKS = ONES * '?';

    @Override
    public int encode(String value, MutableDirectBuffer buffer, int offset) {
        final byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (utf8.length == 0 || hasQuestionMark(utf8) && !isWellFormed(value)) {
            return encodeChars(value, buffer, offset);
        }
        buffer.putBytes(offset, utf8);
        return utf8.length;
    }

    private static int encodeChars(String value, MutableDirectBuffer buffer, int offset) {
        buffer.putByte(offset, CHARS);
        int end = offset + 1;
        for (int i = 0; i < value.length(); i++) {
            buffer.putChar(end, value.charAt(i), ByteOrder.BIG_ENDIAN);
            end += Character.BYTES;
        }
        return end - offset;
    }

    /**
     * Returns whether the bytes contain a question mark, which the encoder writes for an unpaired
     * surrogate.
     */
    private static boolean hasQuestionMark(byte[] utf8) {
        int i = 0;
        for (; i <= utf8.length - Long.BYTES; i += Long.BYTES) {
            final long zeros = (long) LONGS.get(utf8, i) ^ QUESTION_MARKS;
            if ((zeros - ONES & ~zeros & HIGH_BITS) != 0) {
                return true;
            }
        }
        for (; i < utf8.length; i++) {
            if (utf8[i] == '?') {
                return true;
            }
        }
        return false;
    }

    private static boolean isWellFormed(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (Character.isSurrogate(value.charAt(i))) {
                if (!Character.isSupplementaryCodePoint(value.codePointAt(i))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    @Override
    public String decode(DirectBuffer buffer, int offset, int length) {
        final byte[] bytes = ByteCodecs.copy(buffer, offset, length);
        return length > 0 && bytes[0] == CHARS
                ? decodeChars(bytes)
                : new String(bytes, StandardCharsets.UTF_8);
    }

    private static String decodeChars(byte[] bytes) {
        if (bytes.length % Character.BYTES == 0) {
            throw new IllegalArgumentException(
                    "the length of a string of chars must be odd: length=" + bytes.length);
        }
        // A charset's decoder would replace unpaired surrogates.
        final char[] chars = new char[bytes.length / Character.BYTES];
        for (int i = 0; i < chars.length; i++) {
            chars[i] = (char) (bytes[1 + 2 * i] << Byte.SIZE | bytes[2 + 2 * i] & 0xFF);
        }
        return new String(chars);
    }
}
