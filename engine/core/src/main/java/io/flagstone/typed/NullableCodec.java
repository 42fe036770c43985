// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.Objects;

/** The codec of a part that may be {@code null}. */
final class NullableCodec<T> extends CompositeCodec<T> {
    private final Codec<T> present;

    NullableCodec(Codec<T> present) {
        this.present = Objects.requireNonNull(present, "present");
    }

    @Override
    int encodeParts(T value, EncodeBuffer buffer, int offset) {
        return value == null
                ? encodeNull(buffer, offset)
                : encodePart(present, value, buffer, offset);
    }

    @Override
    T decodeParts(Parts parts) {
        return parts.read(present, true);
    }
}
