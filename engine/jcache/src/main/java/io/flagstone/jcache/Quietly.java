// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.io.Closeable;

/** Handles what must not fail: logs, names for messages, and closes. */
final class Quietly {
    private Quietly() {}

    /** Logs an exception that cannot be reported to a caller. */
    static void warn(String what, Throwable failure) {
        System.getLogger("io.flagstone").log(System.Logger.Level.WARNING, what, failure);
    }

    /** Returns an object's text for a message, even if its {@code toString} throws. */
    static String name(Object object) {
        try {
            return String.valueOf(object);
        } catch (final RuntimeException e) {
            return "an object of " + object.getClass() + " whose toString throws";
        }
    }

    /** Closes an object of the application if it can be closed; logs what it throws. */
    static void close(Object closeable) {
        if (closeable instanceof Closeable open) {
            run(name(closeable) + " does not close", open::close);
        }
    }

    /** Runs a step of closing, and logs what it throws. */
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
