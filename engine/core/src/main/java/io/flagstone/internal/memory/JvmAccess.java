// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * The check of the JVM at start-up. Agrona reaches raw memory through {@code jdk.internal.misc},
 * which the JVM opens only with a flag. The index compares tags in little-endian words.
 */
public final class JvmAccess {
    private static final String PACKAGE = "jdk.internal.misc";

    private JvmAccess() {}

    /**
     * Checks that the JVM can run the engine.
     *
     * @throws IllegalStateException if the flag is missing; the message names the flag and its
     *     module.
     * @throws UnsupportedOperationException on a big-endian processor.
     */
    public static void check() {
        final Module agrona = DirectBuffer.class.getModule();
        if (!Object.class.getModule().isExported(PACKAGE, agrona)) {
            throw new IllegalStateException(
                    "the JVM flag --add-opens java.base/"
                            + PACKAGE
                            + '='
                            + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED")
                            + " is missing: Agrona cannot reach off-heap memory without it (in a"
                            + " runnable jar, the manifest entry Add-Opens: java.base/"
                            + PACKAGE
                            + " does the same)");
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new UnsupportedOperationException(
                    "the processor must be LITTLE_ENDIAN: byteOrder=" + ByteOrder.nativeOrder());
        }
    }
}
