// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Knows whether a person is watching. */
public final class Terminal {
    private Terminal() {}

    /**
     * Whether input and output are a terminal. Some releases of Java from 22 on have a console
     * without one, and a method to ask it, which Java 17 has not.
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
