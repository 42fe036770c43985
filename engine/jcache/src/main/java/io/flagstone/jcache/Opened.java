// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The parts of a cache that have been opened, which are closed in reverse order: when the cache is
 * closed, or when its creation fails.
 */
final class Opened {
    private final Deque<Quietly.Step> steps = new ArrayDeque<>();

    /** Adds a step that closes a part. */
    void onClose(Quietly.Step close) {
        steps.push(close);
    }

    /** Adds an object of the application, which is closed if it is closeable. */
    <T> T add(T object) {
        steps.push(() -> Quietly.close(object));
        return object;
    }

    /** Closes all parts. If a step throws, logs this and goes on. */
    void close() {
        while (!steps.isEmpty()) {
            Quietly.run("closing part of a cache failed", steps.pop());
        }
    }
}
