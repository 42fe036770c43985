// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

/** Resolves classes before they are needed without any stack left. */
public final class ClassResolution {
    private ClassResolution() {}

    /**
     * Resolves the class that a handler catches, simply by naming it. Without this, the JVM
     * resolves the class when the handler first runs. That calls the class loader, for which there
     * may be no stack left. Each class with such handlers calls this for itself.
     *
     * <p>The caller names the class as the argument, so that it is resolved whether or not
     * assertions are on.
     */
    public static void resolve(Class<?> handled) {
        assert handled != null;
    }
}
