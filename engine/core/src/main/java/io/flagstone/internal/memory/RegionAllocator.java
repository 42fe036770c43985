// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * Allocates the memory of all regions of a cache and touches every page of it. Most of the time
 * goes to the operating system's zeroing of pages, so helper threads share the work, one for each
 * other processor. Used by one thread.
 *
 * <p>The helpers belong to one build and end with it; the JVM's common pool may have no free
 * threads. The helpers run only code of this class. The caller may be inside a static initializer,
 * and a helper that touched the class being initialized would deadlock with the caller. So only the
 * caller reports progress.
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
        this(memoryBytes, count, huge, RegionAllocator::helper);
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

    /** Creates a daemon that inherits no thread locals, because copying them may run user code. */
    private static Thread helper(Runnable task) {
        final Thread thread = new Thread(null, task, "flagstone-build", 0, false);
        thread.setDaemon(true);
        return thread;
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
        final Attempt attempt = new Attempt();
        final List<Thread> helpers = new ArrayList<>();
        try {
            startHelpers(attempt, helpers);
            attempt.takePart(progress);
        } finally {
            attempt.stop();
            join(helpers);
        }
        final Throwable failure = attempt.failure.get();
        if (failure == null) {
            return attempt.regions;
        } else if (failure instanceof OutOfMemoryError refused) {
            refusal = refused;
            return null;
        } else if (failure instanceof Error error) {
            throw error;
        }
        throw (RuntimeException) failure;
    }

    private void startHelpers(Attempt attempt, List<Thread> helpers) {
        final int most = Math.min(Runtime.getRuntime().availableProcessors(), attempt.blocks) - 1;
        try {
            while (helpers.size() < most) {
                helpers.add(threads.newThread(attempt));
                helpers.get(helpers.size() - 1).start();
            }
        } catch (final OutOfMemoryError e) {
            // The operating system has no more threads. The caller and the helpers so far do the
            // work.
            return;
        }
    }

    /** Waits for the end of threads that are about to end. Keeps an interrupt for later. */
    private static void join(List<Thread> threads) {
        boolean interrupted = false;
        for (final Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (final InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** One attempt: blocks to allocate, which the caller and the helpers claim one by one. */
    private final class Attempt implements Runnable {
        private final Region[] regions = new Region[count];
        private final int blocks = count / together;
        private final AtomicInteger claimed = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        /** Has a permit for each block that a helper has filled or failed to fill. */
        private final Semaphore ended = new Semaphore(0);

        /** Does the work of a helper. */
        @Override
        public void run() {
            while (fillNext()) {
                ended.release();
            }
        }

        /** Does the work of the caller: fills blocks, and reports all blocks that are filled. */
        private void takePart(LongConsumer progress) {
            int filled = 0;
            while (filled < blocks) {
                if (!fillNext()) {
                    ended.acquireUninterruptibly();
                }
                final int news = 1 + ended.drainPermits();
                if (failure.get() != null) {
                    return;
                }
                for (int i = 0; i < news; i++) {
                    filled++;
                    tell((long) filled * together * bytes, progress);
                }
            }
        }

        /** Fills a block that no other thread has claimed. Returns false if there is none. */
        private boolean fillNext() {
            final int block = claimed.getAndIncrement();
            if (block >= blocks) {
                return false;
            }
            try {
                fill(regions, block * together);
            } catch (final Throwable e) {
                stop();
                failure.compareAndSet(null, e);
            }
            return true;
        }

        /** Leaves no block to claim. */
        private void stop() {
            claimed.set(blocks);
        }
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
