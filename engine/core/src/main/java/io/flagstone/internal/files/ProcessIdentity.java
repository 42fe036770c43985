// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A process, and the boot of the machine on which it runs.
 *
 * <p>The boot decides whether memory that was not forced to a device is still what the process
 * wrote. The process is for messages: a lock, not its number, says whether it is alive.
 *
 * @param processId its id.
 * @param startTicks its start in the kernel's ticks since boot; 0 if unknown.
 * @param bootHigh the first half of the boot's id.
 * @param bootLow the second half; both are 0 if unknown.
 */
public record ProcessIdentity(long processId, long startTicks, long bootHigh, long bootLow) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final Path STATUS = Path.of("/proc/self/stat");

    /** The number of the start time among the fields of proc(5) after the name, from 0. */
    private static final int START_TIME = 19;

    /** Returns the identity of this process. */
    public static ProcessIdentity own() {
        long high = 0;
        long low = 0;
        try {
            final UUID boot = UUID.fromString(Files.readString(BOOT_ID).strip());
            high = boot.getMostSignificantBits();
            low = boot.getLeastSignificantBits();
        } catch (final IOException | IllegalArgumentException e) {
            // This system does not say.
        }
        return new ProcessIdentity(ProcessHandle.current().pid(), ownStartTicks(), high, low);
    }

    private static long ownStartTicks() {
        return startTicks(STATUS);
    }

    private static long startTicks(Path file) {
        try {
            final String status = Files.readString(file);
            // The name before the parenthesis may contain anything.
            final String[] fields = status.substring(status.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[START_TIME]);
        } catch (final IOException | RuntimeException e) {
            return 0;
        }
    }

    /** Returns whether another process ran since the same boot of the same machine. */
    public boolean isSameBoot(ProcessIdentity other) {
        return (bootHigh | bootLow) != 0 && bootHigh == other.bootHigh && bootLow == other.bootLow;
    }

    /**
     * Returns whether the process runs on this machine, as far as its number and its start tell. In
     * another container it has another number.
     */
    public boolean isAlive() {
        return isSameBoot(own())
                && ProcessHandle.of(processId).map(ProcessHandle::isAlive).orElse(false)
                && startTicks(Path.of("/proc", Long.toString(processId), "stat")) == startTicks;
    }
}
