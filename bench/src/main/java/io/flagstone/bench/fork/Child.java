// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
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
     * @param args the name of the main class and its arguments, of which the first is the file for
     *     the result.
     * @throws Throwable the exception of the main class.
     */
    public static void main(String[] args) throws Throwable {
        final Thread watch = new Thread(() -> awaitEndOfParent(Path.of(args[1])), "parent-watch");
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

    private static void awaitEndOfParent(Path result) {
        try {
            while (System.in.read() >= 0) {
                // The parent writes nothing.
            }
        } catch (IOException closed) {
            // An input that cannot be read has lost its parent, too.
        }
        try {
            Fork.delete(result.getParent());
        } catch (IOException undeleted) {
            // Nobody is left to be told.
        }
        // Shutdown hooks could wait for the measurement.
        Runtime.getRuntime().halt(PARENT_ENDED);
    }
}
