// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.io.Closeable;

/** Steps that never throw: logging, names for messages, and closing. */
final class Quietly {
    private Quietly() {}

    /** Logs an exception that cannot be reported to a caller. */
    static void warn(String what, Throwable failure) {
        System.getLogger("io.flagstone").log(System.Logger.Level.WARNING, what, failure);
    }

    /** Returns an object's text for a message. Works if its {@code toString} throws. */
    static String name(Object object) {
        try {
            return String.valueOf(object);
        } catch (final RuntimeException e) {
            return "an object of " + object.getClass() + " whose toString() throws";
        }
    }

    /** Closes an object of the application if it is closeable. Logs an exception. */
    static void close(Object closeable) {
        if (closeable instanceof Closeable open) {
            run("closing " + name(closeable) + " failed", open::close);
        }
    }

    /** Runs a step of closing. Logs an exception. */
    static void run(String failed, Step step) {
        try {
            step.run();
        } catch (final Throwable e) {
            warn(failed, e);
        }
    }

    /** A step that may throw anything. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;
    }
}
