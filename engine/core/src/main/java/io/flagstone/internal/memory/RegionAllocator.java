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
 * Takes the memory of all regions of a cache and touches every page of it. What takes the time is
 * the operating system's zeroing of pages, so helpers, as many threads as there are other
 * processors, take part in it.
 *
 * <p>The helpers are threads of this build alone, and end with it. A pool of the JVM's may have no
 * threads, or none to spare. They run nothing but code of this class: the caller may be inside a
 * static initializer, and a thread that touches the class being initialized would wait for the
 * caller, which waits for it. So it is the caller who tells of progress.
 *
 * <p>Ordinarily each region has an allocation of its own. For huge pages neighbours share one, of
 * up to a GiB, whose regions begin at the first boundary of a huge page: one page in each
 * allocation, at most, is spent on that.
 *
 * <p>Used by one thread.
 */
public final class RegionAllocator {
    private static final int MAX_SHARED_BYTES = 1 << 30;
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
     * @param memoryBytes what all regions together may take, alignment included. No region takes
     *     more than its limit.
     * @param count how many regions, a power of two.
     * @param huge whether to ask for huge pages.
     */
    public RegionAllocator(long memoryBytes, int count, boolean huge) {
        this(memoryBytes, count, huge, RegionAllocator::helper);
    }

    /** The same with helpers made by another factory, for tests. */
    RegionAllocator(long memoryBytes, int count, boolean huge, ThreadFactory threads) {
        this.memoryBytes = memoryBytes;
        this.bytes = (int) Math.min(memoryBytes / count, Region.MAX_BYTES);
        this.count = count;
        this.huge = huge;
        this.together = huge ? together(bytes, count) : 1;
        this.threads = threads;
    }

    /** A daemon that inherits no thread locals, since copying those may call the user's code. */
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
     * <p>If the JVM refuses it, what was taken is let go, garbage is collected, and the memory is
     * asked for once more. The JVM does the like for each direct buffer, but from several threads
     * at once, and gives up after half a second. A buffer that is no longer used counts until a
     * collection finds it unreachable, which it may not be while other threads run, and until the
     * JVM's reference handler has freed it after that. The second attempt waits for the handler
     * where the JVM does, so the whole takes about a second.
     *
     * @param progress told the bytes touched so far, once after each allocation, by the calling
     *     thread.
     * @return the regions.
     * @throws IllegalStateException beyond {@code -XX:MaxDirectMemorySize}, or where the operating
     *     system has no more.
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
     * Takes the memory with one attempt, of which nothing is left in any frame or thread when it
     * fails.
     *
     * @return the regions, or {@code null} if the JVM refused, for the reason in {@link #refusal}.
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
            // The operating system gives no more threads: the caller and those there are suffice.
            return;
        }
    }

    /** Waits for the end of threads that are about to end, whatever interrupts come meanwhile. */
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

    /** The allocations that are to be made, from which each thread that takes part claims some. */
    private final class Attempt implements Runnable {
        private final Region[] regions = new Region[count];
        private final int blocks = count / together;
        private final AtomicInteger claimed = new AtomicInteger();
        private final AtomicReference<Throwable> failure = new AtomicReference<>();

        /** A permit for each block that was filled or failed. */
        private final Semaphore ended = new Semaphore(0);

        /** The part of a helper. */
        @Override
        public void run() {
            while (fillNext()) {
                ended.release();
            }
        }

        /** The part of the caller: to fill blocks as well, and to tell of all that are filled. */
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

        /** Fills a block that no other thread has claimed, if there is one. */
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

        /** Leaves nothing to claim. */
        private void stop() {
            claimed.set(blocks);
        }
    }

    /** Tells how far the build is, unless an attempt before this one had come as far. */
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
