// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

/** Implements the {@code unwrap} methods of the specification. */
final class Unwrap {
    private Unwrap() {}

    /** Returns the first candidate that is an instance of a type. */
    static <T> T as(Class<T> type, Object... candidates) {
        for (final Object candidate : candidates) {
            if (type.isInstance(candidate)) {
                return type.cast(candidate);
            }
        }
        throw new IllegalArgumentException("cannot unwrap to this type: type=" + type.getName());
    }
}
