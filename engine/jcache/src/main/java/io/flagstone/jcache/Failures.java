// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

/**
 * Collects the exceptions of an operation on several keys, so that one failed step does not stop
 * the others. Not thread-safe.
 */
final class Failures {
    private RuntimeException first;

    /**
     * Adds an exception, unless it is null. The first is thrown at the end, the others are
     * suppressed.
     */
    void add(RuntimeException failure) {
        if (failure == null) {
            return;
        }
        if (first == null) {
            first = failure;
        } else if (first != failure) {
            first.addSuppressed(failure);
        }
    }

    /** Runs a step and adds its exception. An Error is thrown at once. */
    void run(Runnable step) {
        try {
            step.run();
        } catch (final RuntimeException e) {
            add(e);
        }
    }

    /** Throws the first exception, if there was one. */
    void throwFirst() {
        if (first != null) {
            throw first;
        }
    }
}
