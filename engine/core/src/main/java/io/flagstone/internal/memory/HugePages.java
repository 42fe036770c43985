// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Requests transparent huge pages from Linux, and reads how much memory lies in them.
 *
 * <p>The JVM zeroes a direct buffer when it allocates it, so all its small pages are touched before
 * anyone can advise the kernel. {@link #request} therefore discards these pages and touches the
 * memory again, which now comes in huge pages. That takes a third of the time of {@code
 * MADV_COLLAPSE}, which copies small pages into huge ones, and does not need Linux 6.1.
 *
 * <p>Where {@link Madvise} cannot be called, glibc can request huge pages instead: set {@code
 * GLIBC_TUNABLES=glibc.malloc.hugetlb=1} in the environment.
 */
public final class HugePages {
    /** The size of a huge page: 2 MiB on x86-64 and, with pages of 4 KiB, on AArch64. */
    public static final int BYTES = 1 << 21;

    /** The smallest page of the processors that the engine runs on. */
    private static final int SMALL_PAGE = 4096;

    private static final String TUNABLE =
            "set GLIBC_TUNABLES=glibc.malloc.hugetlb=1 in the environment";
    private static final Path SMAPS = Path.of("/proc/self/smaps");

    /** The lines with huge pages of anonymous memory, of files in memory, and of other files. */
    private static final List<String> HUGE =
            List.of("AnonHugePages:", "ShmemPmdMapped:", "FilePmdMapped:");

    private static final int KIB = 1024;

    private HugePages() {}

    /**
     * Returns the reason why this JVM cannot ask for huge pages, and what to do about it, or {@code
     * null} if it can ask.
     */
    public static String refusal() {
        final String refusal = Madvise.refusal();
        return refusal == null ? null : refusal + ", or " + TUNABLE;
    }

    /**
     * Returns the bytes of a range that lie in whole huge pages. The parts of huge pages at both
     * ends cannot be asked for.
     */
    static long wholePages(long address, long bytes) {
        return Math.max(0, (address + bytes & -BYTES) - firstPage(address));
    }

    private static long firstPage(long address) {
        return address + BYTES - 1 & -BYTES;
    }

    /**
     * Moves a range of zeroed memory into huge pages, as far as the kernel has them, and touches
     * it. Without them the memory stays in small pages. Does nothing if this JVM cannot ask.
     */
    static void request(long address, long bytes) {
        final long start = firstPage(address);
        final long length = wholePages(address, bytes);
        if (length == 0
                || !Madvise.advise(start, length, Madvise.HUGEPAGE)
                || !Madvise.advise(start, length, Madvise.DONTNEED)) {
            return;
        }
        for (long page = start; page < start + length; page += SMALL_PAGE) {
            RawMemory.putLongOpaque(null, page, 0);
        }
    }

    /**
     * Lets the kernel serve a range from huge pages when it next needs pages for it. Touches and
     * discards nothing.
     */
    static void advise(long address, long bytes) {
        final long start = firstPage(address);
        final long length = wholePages(address, bytes);
        if (length != 0) {
            Madvise.advise(start, length, Madvise.HUGEPAGE);
        }
    }

    /**
     * Returns how much of some regions lies in huge pages. The operating system counts them per
     * mapping. For a mapping that belongs only partly to regions, the regions' part is counted
     * first.
     *
     * @return bytes, or 0 if {@code /proc/self/smaps} cannot be read.
     */
    public static long bytesOf(Region... regions) {
        long sum = 0;
        long overlap = 0;
        try (BufferedReader smaps = Files.newBufferedReader(SMAPS)) {
            for (String line = smaps.readLine(); line != null; line = smaps.readLine()) {
                final int colon = line.indexOf(':') + 1;
                if (HUGE.contains(line.substring(0, colon))) {
                    final String kib = line.substring(colon, line.length() - 2).trim();
                    sum += Math.min(overlap, Long.parseLong(kib) * KIB);
                } else if (Character.digit(line.charAt(0), 16) >= 0 && line.indexOf('-') > 0) {
                    overlap = overlap(line, regions);
                }
            }
        } catch (final IOException e) {
            return 0;
        }
        return sum;
    }

    /**
     * Returns the bytes that a mapping shares with regions. Its first line begins with its bounds.
     */
    private static long overlap(String line, Region[] regions) {
        final int dash = line.indexOf('-');
        final int space = line.indexOf(' ');
        final long from = Long.parseUnsignedLong(line, 0, dash, 16);
        final long to = Long.parseUnsignedLong(line, dash + 1, space, 16);
        long overlap = 0;
        for (final Region region : regions) {
            final long end = region.address() + region.capacity();
            overlap += Math.max(0, Math.min(to, end) - Math.max(from, region.address()));
        }
        // Skips the kernel's own mapping. It lies in the upper half, where addresses are negative.
        return from < 0 || to < 0 ? 0 : overlap;
    }
}
