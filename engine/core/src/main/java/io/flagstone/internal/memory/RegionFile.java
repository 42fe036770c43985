// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.Set;
import java.util.function.LongConsumer;
import org.agrona.BitUtil;

/**
 * A file of one page and then the regions of a cache, mapped into memory. Each region starts at a
 * page.
 *
 * <p>The first page is written with the channel and never mapped, so that it changes as a whole. A
 * file is written in full before any of it is mapped: a mapped page that the disk has no room for
 * would be an Error in whatever code touches it first.
 *
 * <p>Neighbouring regions share a mapping of up to 1 GiB. The garbage collector unmaps it once no
 * region of it is reachable; {@link #close} closes only the channel. So a thread that is late in a
 * cache never touches memory that is no longer mapped.
 *
 * <p>Used by one thread, except for the regions.
 */
public final class RegionFile implements AutoCloseable {
    /** The length of the first page, and the alignment of the regions in the file. */
    public static final int PAGE = 4096;

    private static final long MAX_MAPPED_BYTES = 1 << 30;
    private static final int ZEROS_BYTES = 1 << 18;
    private static final long BLOCK_BYTES = 1 << 24;

    private final FileChannel channel;
    private final MappedByteBuffer[] mappings;
    private final Region[] regions;

    private RegionFile(FileChannel channel, MappedByteBuffer[] mappings, Region[] regions) {
        this.channel = channel;
        this.mappings = mappings;
        this.regions = regions;
    }

    /**
     * Returns the length of a file.
     *
     * @param count the number of regions.
     * @param regionBytes the length of each.
     */
    public static long length(int count, int regionBytes) {
        return PAGE + count * stride(regionBytes);
    }

    private static long stride(int regionBytes) {
        return BitUtil.align((long) regionBytes, PAGE);
    }

    /**
     * Creates a file of zeros and maps it. Helper threads share the work.
     *
     * @param path a file that must not exist.
     * @param count the number of regions.
     * @param regionBytes the length of each, a multiple of a cache line.
     * @param progress receives the bytes written so far.
     * @param attributes of the new file.
     * @return the open file. If this method fails, it may leave part of a file.
     * @throws IOException if the file cannot be written, for example because the disk is full.
     */
    public static RegionFile create(
            Path path,
            int count,
            int regionBytes,
            LongConsumer progress,
            FileAttribute<?>... attributes)
            throws IOException {
        final FileChannel channel =
                FileChannel.open(
                        path,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                LinkOption.NOFOLLOW_LINKS),
                        attributes);
        return opened(
                channel,
                () -> {
                    writeZeros(channel, length(count, regionBytes), progress);
                    return map(channel, count, regionBytes);
                });
    }

    /**
     * Maps a file.
     *
     * @param path a file of exactly {@link #length} bytes.
     * @throws IOException if the file cannot be opened for writing, or has another length.
     */
    public static RegionFile open(Path path, int count, int regionBytes) throws IOException {
        final FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        LinkOption.NOFOLLOW_LINKS);
        return opened(
                channel,
                () -> {
                    // Mapping more than the file has would make the file longer.
                    if (channel.size() != length(count, regionBytes)) {
                        throw new IOException(
                                "the file must have "
                                        + length(count, regionBytes)
                                        + " bytes: length="
                                        + channel.size());
                    }
                    return map(channel, count, regionBytes);
                });
    }

    /**
     * Reads a region of a file into memory of this process. Another process may be changing it.
     *
     * @param channel the file, open for reading.
     * @param number the number of the region, from 0.
     * @param regionBytes the length of each region.
     * @return a copy.
     * @throws IOException if the file is shorter than that or cannot be read.
     */
    public static Region copy(FileChannel channel, int number, int regionBytes) throws IOException {
        final ByteBuffer memory =
                ByteBuffer.allocateDirect(Math.toIntExact(Region.allocationFor(regionBytes)));
        final ByteBuffer copy = memory.alignedSlice(Region.CACHE_LINE).slice(0, regionBytes);
        final long start = PAGE + number * stride(regionBytes);
        while (copy.hasRemaining()) {
            if (channel.read(copy, start + copy.position()) < 0) {
                throw new EOFException("the file ends in region " + number);
            }
        }
        return Region.over(copy.clear());
    }

    /** The rest of opening a file. */
    private interface Opening {
        RegionFile open() throws IOException;
    }

    /** Closes the channel if the rest fails. */
    private static RegionFile opened(FileChannel channel, Opening rest) throws IOException {
        RegionFile file = null;
        try {
            file = rest.open();
            return file;
        } finally {
            if (file == null) {
                channel.close();
            }
        }
    }

    private static void writeZeros(FileChannel channel, long length, LongConsumer progress)
            throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES).asReadOnlyBuffer();
        final int blocks = Math.toIntExact((length + BLOCK_BYTES - 1) / BLOCK_BYTES);
        final Throwable failure =
                SharedWork.run(
                        blocks,
                        block -> {
                            final long start = block * BLOCK_BYTES;
                            writeZeros(
                                    channel, start, Math.min(length, start + BLOCK_BYTES), zeros);
                        },
                        done -> progress.accept(Math.min(length, done * BLOCK_BYTES)));
        if (failure instanceof IOException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        } else if (failure != null) {
            throw (RuntimeException) failure;
        }
    }

    private static void writeZeros(FileChannel channel, long start, long end, ByteBuffer zeros)
            throws IOException {
        final ByteBuffer source = zeros.duplicate();
        long position = start;
        while (position < end) {
            source.position(0).limit((int) Math.min(ZEROS_BYTES, end - position));
            position += channel.write(source, position);
        }
    }

    private static RegionFile map(FileChannel channel, int count, int regionBytes)
            throws IOException {
        final long stride = stride(regionBytes);
        final int together = (int) Math.max(1, Math.min(count, MAX_MAPPED_BYTES / stride));
        final MappedByteBuffer[] mappings = new MappedByteBuffer[(count + together - 1) / together];
        final Region[] regions = new Region[count];
        for (int i = 0; i < count; i++) {
            final int first = i / together * together;
            if (i == first) {
                // The last region of a mapping may be the largest there is, without its last page.
                final long most = Math.min(together, count - first) - 1;
                mappings[i / together] =
                        channel.map(
                                FileChannel.MapMode.READ_WRITE,
                                PAGE + first * stride,
                                most * stride + regionBytes);
            }
            final int start = Math.toIntExact((i - first) * stride);
            regions[i] = Region.over(mappings[i / together].slice(start, regionBytes));
        }
        return new RegionFile(channel, mappings, regions);
    }

    /** Returns the regions, in the order of the file. */
    public Region[] regions() {
        return regions.clone();
    }

    /**
     * Touches every page, so that no later operation has to wait for one. Helper threads share the
     * work.
     *
     * @param progress receives the bytes touched so far.
     */
    public void touch(LongConsumer progress) {
        final int regionBytes = regions[0].capacity();
        final Throwable failure =
                SharedWork.run(
                        regions.length,
                        number -> touch(regions[number]),
                        done -> progress.accept((long) done * regionBytes));
        if (failure != null) {
            throw new IllegalStateException("the regions could not be read", failure);
        }
    }

    private static void touch(Region region) {
        for (int page = 0; page < region.capacity(); page += PAGE) {
            region.getLongOpaque(page);
        }
    }

    /**
     * Asks the kernel to put the regions into huge pages where the file system can. A file in
     * memory can; others ignore it.
     */
    public void requestHugePages() {
        for (final Region region : regions) {
            HugePages.advise(region.address(), region.capacity());
        }
    }

    /**
     * Writes the first page.
     *
     * @param page its {@link #PAGE} bytes, from position 0.
     */
    public void writeFirstPage(ByteBuffer page) throws IOException {
        final ByteBuffer source = page.duplicate().position(0).limit(PAGE);
        while (source.hasRemaining()) {
            channel.write(source, source.position());
        }
    }

    /** Writes all changes of the regions to the device. */
    public void forceRegions() throws IOException {
        try {
            for (final MappedByteBuffer mapping : mappings) {
                mapping.force();
            }
        } catch (final UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Writes all changes made by {@link #writeFirstPage} to the device. */
    public void forceFirstPage() throws IOException {
        channel.force(true);
    }

    /** Closes the channel. The regions stay mapped while they are reachable. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
