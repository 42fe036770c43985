// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import io.flagstone.internal.memory.HugePages;
import java.util.concurrent.atomic.AtomicBoolean;

/** Logs how much of a cache's memory the operating system put into huge pages. */
final class HugePageLog {
    /** The share below which a cache that was told to use huge pages logs a warning. */
    private static final double LEAST_SHARE = 0.9;

    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private HugePageLog() {}

    /**
     * Logs the outcome: a warning if the cache was told to use huge pages and got few, otherwise
     * one line for the first cache of the process.
     *
     * @param byDefault whether the cache asked only because it could.
     * @param requested the bytes asked for.
     * @param huge the bytes in huge pages.
     */
    static void tell(boolean byDefault, long requested, long huge) {
        final String refusal = HugePages.refusal();
        if (!byDefault && huge < requested * LEAST_SHARE) {
            log(
                    System.Logger.Level.WARNING,
                    "of {0} bytes requested in huge pages, only {1} are: {2}",
                    requested,
                    huge,
                    refusal != null ? refusal : "the operating system did not have enough");
        } else if (TOLD.compareAndSet(false, true)) {
            log(
                    System.Logger.Level.INFO,
                    "{1} of {0} requested bytes are in huge pages",
                    requested,
                    huge,
                    null);
        }
    }

    private static void log(
            System.Logger.Level level, String text, long requested, long huge, String reason) {
        System.getLogger("io.flagstone")
                .log(level, text, Long.toString(requested), Long.toString(huge), reason);
    }
}
