// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

/**
 * Collects the exceptions and Errors of an operation on several keys, so that one failed step does
 * not stop the others. Not thread-safe.
 */
final class Failures {
    private Throwable first;

    /**
     * Adds a failure, unless it is null. The first Error is thrown at the end, or the first
     * exception if there is no Error. The others are suppressed.
     */
    void add(Throwable failure) {
        if (failure == null || failure == first) {
            return;
        }
        if (first == null) {
            first = failure;
        } else if (failure instanceof Error && !(first instanceof Error)) {
            failure.addSuppressed(first);
            first = failure;
        } else {
            first.addSuppressed(failure);
        }
    }

    /** Runs a step and adds what it throws. */
    void run(Runnable step) {
        try {
            step.run();
        } catch (final Throwable e) {
            add(e);
        }
    }

    /** Throws the failure that {@link #add} chose, if there was one. */
    void throwFirst() {
        if (first != null) {
            Failures.<RuntimeException>sneak(first);
        }
    }

    /** Throws anything: other languages and generic casts can throw checked exceptions. */
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }
}
