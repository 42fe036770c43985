// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;

/**
 * The main class of every forked JVM: runs the main class that measures, and ends the JVM when its
 * parent has ended. The parent holds the other end of the standard input, which the system closes
 * even if the parent is killed.
 */
final class Child {
    private static final int PARENT_ENDED = 3;

    private Child() {}

    /**
     * Runs a main class.
     *
     * @param args the name of the main class and its arguments.
     * @throws Throwable the exception of the main class.
     */
    public static void main(String[] args) throws Throwable {
        final Thread watch = new Thread(Child::awaitEndOfParent, "parent-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(args[0])
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) Arrays.copyOfRange(args, 1, args.length));
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private static void awaitEndOfParent() {
        try {
            while (System.in.read() >= 0) {
                // The parent writes nothing.
            }
        } catch (IOException closed) {
            // An input that cannot be read has lost its parent, too.
        }
        // Shutdown hooks could wait for the measurement.
        Runtime.getRuntime().halt(PARENT_ENDED);
    }
}
