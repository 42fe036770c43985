// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** The codec of an enum's constants: the ordinal, in native order. */
final class EnumCodec<E extends Enum<E>> implements Codec<E> {
    private final Class<E> type;
    private final E[] constants;

    EnumCodec(Class<E> type) {
        this.type = type;
        this.constants = type.getEnumConstants();
        if (constants == null) {
            throw new IllegalArgumentException(
                    type.getName() + " is not an enum; pass the class that declares the constants");
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
                    "ordinal "
                            + ordinal
                            + " is not of the "
                            + constants.length
                            + " constants of "
                            + type.getName());
        }
        return constants[ordinal];
    }
}
