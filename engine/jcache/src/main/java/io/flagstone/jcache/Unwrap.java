// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

/** The specification's way from an interface to what is behind it. */
final class Unwrap {
    private Unwrap() {}

    /** The first of some objects that is of a type. */
    static <T> T as(Class<T> type, Object... candidates) {
        for (final Object candidate : candidates) {
            if (type.isInstance(candidate)) {
                return type.cast(candidate);
            }
        }
        throw new IllegalArgumentException("this does not unwrap to " + type);
    }
}
