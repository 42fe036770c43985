// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;

/**
 * Allocates the memory of all regions of a cache and touches every page of it. Most of the time
 * goes to the operating system's zeroing of pages, so helper threads {@link SharedWork share the
 * work}. Used by one thread.
 *
 * <p>Normally each region has its own allocation. With huge pages, neighbouring regions share an
 * allocation of up to 256 MiB, of which only the parts of huge pages at both ends stay in small
 * pages. The allocations are not aligned to huge pages because that would cost memory.
 */
public final class RegionAllocator {
    private static final int MAX_SHARED_BYTES = 1 << 28;
    private static final int ATTEMPTS = 2;

    private final long memoryBytes;
    private final int bytes;
    private final int count;
    private final boolean huge;
    private final int together;
    private final ThreadFactory threads;
    private OutOfMemoryError refusal;
    private long told;

    /**
     * Plans the allocations.
     *
     * @param memoryBytes the memory of all regions together, including alignment. No region takes
     *     more than {@link Region#MAX_BYTES}.
     * @param count the number of regions, a power of two.
     * @param huge whether to ask for huge pages.
     */
    public RegionAllocator(long memoryBytes, int count, boolean huge) {
        this(memoryBytes, count, huge, SharedWork::helper);
    }

    /** Does the same with another thread factory, for tests. */
    RegionAllocator(long memoryBytes, int count, boolean huge, ThreadFactory threads) {
        this.memoryBytes = memoryBytes;
        this.bytes = (int) Math.min(memoryBytes / count, Region.MAX_BYTES);
        this.count = count;
        this.huge = huge;
        this.together = huge ? together(bytes, count) : 1;
        this.threads = threads;
    }

    private static int together(int bytes, int count) {
        int together = count;
        while (together > 1 && (long) together * bytes > MAX_SHARED_BYTES) {
            together >>= 1;
        }
        return together;
    }

    /**
     * Returns the length that each region will have. It is not positive if alignment takes it all.
     */
    public int capacity() {
        return Region.capacityFor(bytes);
    }

    /**
     * Allocates the memory.
     *
     * <p>If the JVM refuses the memory, this method releases what it has taken, collects garbage,
     * and tries once more. The JVM does the same for each direct buffer, but from several threads
     * at once, and gives up after half a second. A buffer that is no longer used counts until a
     * collection finds it unreachable, which may not happen while other threads run, and until the
     * JVM's reference handler has freed it. In the second attempt, the JVM waits for the handler,
     * so both attempts take about a second.
     *
     * @param progress receives the bytes touched so far, once after each allocation, on the calling
     *     thread.
     * @return the regions.
     * @throws IllegalStateException if {@code -XX:MaxDirectMemorySize} is exceeded or the operating
     *     system has no more memory.
     */
    public Region[] allocate(LongConsumer progress) {
        told = 0;
        Region[] regions = attempt(progress);
        for (int i = 1; regions == null && i < ATTEMPTS; i++) {
            System.gc();
            regions = attempt(progress);
        }
        if (regions == null) {
            throw new IllegalStateException(
                    "could not take memoryBytes "
                            + memoryBytes
                            + " of direct memory: "
                            + refusal.getMessage()
                            + DirectMemory.advice(),
                    refusal);
        }
        return regions;
    }

    /**
     * Tries once to allocate the memory. After a failure, no frame or thread refers to any of it.
     *
     * @return the regions, or {@code null} if the JVM refused; the reason is in {@link #refusal}.
     */
    private Region[] attempt(LongConsumer progress) {
        final Region[] regions = new Region[count];
        final Throwable failure =
                SharedWork.run(
                        count / together,
                        block -> fill(regions, block * together),
                        filled -> tell((long) filled * together * bytes, progress),
                        threads);
        if (failure == null) {
            return regions;
        } else if (failure instanceof OutOfMemoryError refused) {
            refusal = refused;
            return null;
        } else if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    /** Reports the progress unless an earlier attempt got as far. */
    private void tell(long touched, LongConsumer progress) {
        if (touched > told) {
            told = touched;
            progress.accept(touched);
        }
    }

    private void fill(Region[] regions, int first) {
        if (!huge) {
            regions[first] = Region.allocate(bytes);
            return;
        }
        final Region block = Region.allocate(together * bytes);
        HugePages.request(block.address(), block.capacity());
        for (int i = 0; i < together; i++) {
            regions[first + i] = block.part(i * capacity(), capacity());
        }
    }

    /** Returns the bytes of the regions that {@link #allocate} asked for in huge pages. */
    public long requestedBytes(Region[] regions) {
        long sum = 0;
        for (int i = 0; huge && i < count; i += together) {
            sum += HugePages.wholePages(regions[i].address(), (long) together * capacity());
        }
        return sum;
    }
}
