// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been opened so far, to be closed in reverse order: by a cache that closes, or because
 * the next step of its creation failed.
 */
final class Opened {
    private final Deque<Quietly.Step> steps = new ArrayDeque<>();

    /** Remembers how to close something. */
    void onClose(Quietly.Step close) {
        steps.push(close);
    }

    /** Remembers an object of the application, which may be closeable. */
    <T> T add(T object) {
        steps.push(() -> Quietly.close(object));
        return object;
    }

    /**
     * Closes everything. What a step throws is logged and does not keep the others from closing.
     */
    void close() {
        while (!steps.isEmpty()) {
            Quietly.run("part of a cache does not close", steps.pop());
        }
    }
}
