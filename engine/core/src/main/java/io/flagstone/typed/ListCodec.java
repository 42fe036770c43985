// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The codec of lists: the number of elements, then the elements. */
final class ListCodec<E> extends CompositeCodec<List<E>> {
    private final Codec<E> elements;
    private final boolean nullable;

    ListCodec(Codec<E> elements) {
        this.elements = Objects.requireNonNull(elements, "elements");
        this.nullable = elements instanceof NullableCodec;
    }

    @Override
    int encodeParts(List<E> list, EncodeBuffer buffer, int offset) {
        int end = offset + Integer.BYTES;
        int count = 0;
        for (final E element : list) {
            if (element == null && !nullable) {
                throw new NullPointerException(
                        "an element of a list must not be null; use Codecs.ofNullable for such"
                                + " elements: index="
                                + count);
            }
            end += encodePart(elements, element, buffer, end);
            count++;
        }
        buffer.putInt(offset, count);
        return end - offset;
    }

    @Override
    List<E> decodeParts(Parts parts) {
        final int count = parts.readCount();
        final List<E> list = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            list.add(parts.read(elements, false));
        }
        return list;
    }
}
