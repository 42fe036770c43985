// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Tells whether the command runs in a terminal. */
public final class Terminal {
    private Terminal() {}

    /**
     * Returns whether input and output are a terminal. Since Java 22, a console may exist without a
     * terminal; {@code Console.isTerminal} tells them apart, which Java 17 does not have.
     *
     * @return false for pipes and files.
     */
    public static boolean isInteractive() {
        final Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException olderJava) {
            return true;
        } catch (final IllegalAccessException | InvocationTargetException unexpected) {
            return false;
        }
    }
}
