package io.flagstone.jcache;

import java.io.Closeable;
import java.io.IOException;

/** What fails where nobody can be told goes to the log. */
final class Quietly {
    private Quietly() {}

    static void warn(String what, Throwable failure) {
        System.getLogger("io.flagstone").log(System.Logger.Level.WARNING, what, failure);
    }

    /** Closes what can be closed. */
    static void close(Object closeable) {
        if (closeable instanceof Closeable open) {
            try {
                open.close();
            } catch (final IOException | RuntimeException e) {
                warn(closeable + " does not close", e);
            }
        }
    }
}
