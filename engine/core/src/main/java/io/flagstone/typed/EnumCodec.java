// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The codec of the constants of an enum: the ordinal, in native byte order. */
final class EnumCodec<E extends Enum<E>> implements Codec<E> {
    private final Class<E> type;
    private final E[] constants;

    EnumCodec(Class<E> type) {
        this.type = type;
        this.constants = type.getEnumConstants();
        if (constants == null) {
            throw new IllegalArgumentException(
                    "type must be the enum that declares the constants: type=" + type.getName());
        }
    }

    @Override
    public int encode(E value, MutableDirectBuffer buffer, int offset) {
        buffer.putInt(offset, value.ordinal());
        return Integer.BYTES;
    }

    @Override
    public E decode(DirectBuffer buffer, int offset, int length) {
        NumberCodecs.check(length, Integer.BYTES);
        final int ordinal = buffer.getInt(offset);
        if (ordinal < 0 || ordinal >= constants.length) {
            throw new IllegalArgumentException(
                    "ordinal must be at least 0 and less than the number of constants of "
                            + type.getName()
                            + ", "
                            + constants.length
                            + ": ordinal="
                            + ordinal);
        }
        return constants[ordinal];
    }
}
