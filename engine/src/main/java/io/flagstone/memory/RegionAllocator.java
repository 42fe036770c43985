package io.flagstone.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Takes the memory of all regions of a cache, every page of it touched, with as many threads as
 * there are processors, since what takes the time is the operating system's zeroing of pages.
 *
 * <p>Ordinarily each region has an allocation of its own. For huge pages neighbours share one, of
 * up to a GiB, whose regions begin at the first boundary of a huge page: one page in each
 * allocation, at most, is spent on that.
 *
 * <p>Used by one thread.
 */
public final class RegionAllocator {
    private static final int MAX_SHARED_BYTES = 1 << 30;

    private final int bytes;
    private final int count;
    private final boolean huge;
    private final int together;

    /**
     * Plans the allocations.
     *
     * @param bytes what each region may take, alignment included.
     * @param count how many regions, a power of two.
     * @param huge whether to ask for huge pages.
     */
    public RegionAllocator(int bytes, int count, boolean huge) {
        this.bytes = bytes;
        this.count = count;
        this.huge = huge;
        this.together = huge ? together(bytes, count) : 1;
    }

    private static int together(int bytes, int count) {
        int together = count;
        while (together > 1 && (long) together * bytes > MAX_SHARED_BYTES) {
            together >>= 1;
        }
        return together;
    }

    /** The length that each region will have, not positive where nothing is left of it. */
    public int capacity() {
        if (!huge) {
            return Region.capacityFor(bytes);
        }
        final int alignment = (HugePages.BYTES + together - 1) / together;
        return bytes - alignment & -Region.CACHE_LINE;
    }

    /**
     * Takes the memory.
     *
     * @param progress told the bytes touched so far after each allocation, by one thread at a time.
     * @return the regions.
     * @throws OutOfMemoryError beyond {@code -XX:MaxDirectMemorySize}, or where the operating
     *     system has no more.
     */
    public Region[] allocate(LongConsumer progress) {
        final Region[] regions = new Region[count];
        final AtomicLong touched = new AtomicLong();
        // Kept aside since a stream would throw another error of the same type, without message.
        final AtomicReference<OutOfMemoryError> failure = new AtomicReference<>();
        IntStream.range(0, count / together)
                .parallel()
                .filter(block -> failure.get() == null)
                .forEach(
                        block -> {
                            try {
                                fill(regions, block * together);
                            } catch (final OutOfMemoryError e) {
                                failure.set(e);
                                return;
                            }
                            synchronized (touched) {
                                progress.accept(touched.addAndGet((long) together * bytes));
                            }
                        });
        if (failure.get() != null) {
            throw failure.get();
        }
        return regions;
    }

    private void fill(Region[] regions, int first) {
        if (!huge) {
            regions[first] = Region.allocate(bytes);
            return;
        }
        final Region block = Region.allocateAligned(together * bytes, HugePages.BYTES);
        for (int i = 0; i < together; i++) {
            regions[first + i] = block.part(i * capacity(), capacity());
        }
    }

    /**
     * Asks for huge pages for regions that {@link #allocate} returned.
     *
     * @return why they may lie in small ones, or {@code null} if the operating system agreed.
     */
    public String adviseHugePages(Region[] regions) {
        String reason = null;
        for (int i = 0; i < count; i += together) {
            final String refusal =
                    HugePages.advise(regions[i].address(), (long) together * capacity());
            reason = refusal == null ? reason : refusal;
        }
        return reason;
    }
}
