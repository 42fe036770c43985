// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

/**
 * Collects what the steps of an operation on several keys throw, so that one step that fails does
 * not end the others. Not thread-safe.
 */
final class Failures {
    private RuntimeException first;

    /** Keeps an exception. The first is thrown in the end, with the others as suppressed. */
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

    /** Runs a step, and keeps the exception that it throws. An Error is thrown at once. */
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
