// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.files;

import static io.flagstone.internal.files.SuperblockDescriptor.BOOT_ID;
import static io.flagstone.internal.files.SuperblockDescriptor.CHANGED_NS;
import static io.flagstone.internal.files.SuperblockDescriptor.CHECKSUM;
import static io.flagstone.internal.files.SuperblockDescriptor.CHUNK_BYTES;
import static io.flagstone.internal.files.SuperblockDescriptor.EPOCH_NS;
import static io.flagstone.internal.files.SuperblockDescriptor.LAYOUT_VERSION;
import static io.flagstone.internal.files.SuperblockDescriptor.MAGIC;
import static io.flagstone.internal.files.SuperblockDescriptor.MAGIC_OFFSET;
import static io.flagstone.internal.files.SuperblockDescriptor.PAGE_VERSION;
import static io.flagstone.internal.files.SuperblockDescriptor.PROCESS_ID;
import static io.flagstone.internal.files.SuperblockDescriptor.PROCESS_START;
import static io.flagstone.internal.files.SuperblockDescriptor.SIZE_CLASSES;
import static io.flagstone.internal.files.SuperblockDescriptor.STATE;
import static io.flagstone.internal.files.SuperblockDescriptor.VERSION;

import io.flagstone.internal.memory.RegionFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The first page of a cache's file: the file's state, its last owner, and the configuration of its
 * regions. A copy on the heap, which is read and written as a whole.
 *
 * <p>Not thread-safe.
 */
public final class Superblock {
    private static final int BYTES = RegionFile.PAGE;
    private static final int MAX_CLASSES = (BYTES - CHUNK_BYTES) / Integer.BYTES;

    private final ByteBuffer page = ByteBuffer.allocate(BYTES).order(ByteOrder.nativeOrder());

    /** The state of a file. */
    public enum State {
        /** The regions are not complete. */
        FORMATTING,
        /** A cache is open, or its process ended without closing it. */
        OPEN,
        /** The cache was closed, and all of the file is on the device. */
        CLEAN
    }

    /** Thrown for a file whose first page is not to be believed. The message says why. */
    public static final class DoubtfulFileException extends Exception {
        private static final long serialVersionUID = 1;

        public DoubtfulFileException(String message) {
            super(message);
        }
    }

    /** Creates the page of a new file, without a configuration. */
    public Superblock(int layoutVersion) {
        page.putLong(MAGIC_OFFSET, MAGIC);
        page.putInt(VERSION, PAGE_VERSION);
        page.putInt(LAYOUT_VERSION, layoutVersion);
        page.putInt(STATE, State.FORMATTING.ordinal() + 1);
    }

    private Superblock(FileChannel channel) throws IOException, DoubtfulFileException {
        while (page.hasRemaining() && channel.read(page, page.position()) > 0) {
            continue;
        }
        if (page.hasRemaining()) {
            throw new DoubtfulFileException(
                    "the file is truncated: it has only " + page.position() + " bytes");
        }
    }

    /**
     * Reads and checks the first page of a file.
     *
     * @param layoutVersion the only layout version of segments that this code knows.
     * @throws DoubtfulFileException if the page is not one that this code wrote.
     * @throws IOException if the file cannot be read.
     */
    public static Superblock read(Path path, int layoutVersion)
            throws IOException, DoubtfulFileException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            final Superblock superblock = new Superblock(channel);
            superblock.check(layoutVersion);
            superblock.checkLength(channel.size());
            return superblock;
        }
    }

    private void check(int layoutVersion) throws DoubtfulFileException {
        final long magic = page.getLong(MAGIC_OFFSET);
        refuseIf(
                magic == Long.reverseBytes(MAGIC),
                "the file was written by a machine of the other byte order");
        refuseIf(
                magic != MAGIC,
                "the file does not begin as a cache's file does: magic=" + Long.toHexString(magic));
        final int version = page.getInt(VERSION);
        refuseIf(
                version != PAGE_VERSION,
                "the version of the file must be " + PAGE_VERSION + ": version=" + version);
        refuseIf(
                page.getInt(CHECKSUM) != checksum(),
                "the checksum of the file's first page is wrong");
        refuseIf(
                layoutVersion() != layoutVersion,
                "the layout version of the file must be "
                        + layoutVersion
                        + ": layoutVersion="
                        + layoutVersion());
        // A page with the right checksum is as this code wrote it. The rest is for other versions.
        final int state = page.getInt(STATE);
        refuseIf(
                state < 1 || state > State.values().length,
                "the state of the file must be from 1 to 3: state=" + state);
        refuseIf(state() == State.FORMATTING, "the file was not completed");
        final long classes = page.getLong(SIZE_CLASSES);
        refuseIf(
                classes < 1 || classes > MAX_CLASSES,
                "the file must have from 1 to " + MAX_CLASSES + " size classes: " + classes);
    }

    private void checkLength(long length) throws DoubtfulFileException {
        final long expected =
                RegionFile.length(
                        (int) get(FileSetting.SEGMENTS), (int) get(FileSetting.REGION_BYTES));
        refuseIf(length != expected, "the file must have " + expected + " bytes: length=" + length);
    }

    private static void refuseIf(boolean wrong, String why) throws DoubtfulFileException {
        if (wrong) {
            throw new DoubtfulFileException(why);
        }
    }

    private int checksum() {
        final CRC32C crc = new CRC32C();
        crc.update(page.array(), 0, CHECKSUM);
        crc.update(new byte[Integer.BYTES]);
        crc.update(page.array(), CHECKSUM + Integer.BYTES, BYTES - CHECKSUM - Integer.BYTES);
        return (int) crc.getValue();
    }

    /** Writes the page to a file. */
    public void write(RegionFile file) throws IOException {
        page.putInt(CHECKSUM, checksum());
        file.writeFirstPage(page);
    }

    /** Returns the layout version of the segments. */
    public int layoutVersion() {
        return page.getInt(LAYOUT_VERSION);
    }

    /** Returns the file's state. */
    public State state() {
        return State.values()[page.getInt(STATE) - 1];
    }

    /**
     * Sets the state and its time.
     *
     * @param epochNs the wall-clock time of a deadline of 0, in nanoseconds since 1970.
     * @param nowNs the wall-clock time now.
     */
    public void setState(State state, long epochNs, long nowNs) {
        page.putInt(STATE, state.ordinal() + 1);
        page.putLong(EPOCH_NS, epochNs);
        page.putLong(CHANGED_NS, nowNs);
    }

    /** Returns the wall-clock time of a deadline of 0, in nanoseconds since 1970. */
    public long epochNs() {
        return page.getLong(EPOCH_NS);
    }

    /** Returns the wall-clock time at which the state was set, in nanoseconds since 1970. */
    public long changedNs() {
        return page.getLong(CHANGED_NS);
    }

    /** Returns the last process that opened the file. */
    public ProcessIdentity owner() {
        return new ProcessIdentity(
                page.getLong(PROCESS_ID),
                page.getLong(PROCESS_START),
                page.getLong(BOOT_ID),
                page.getLong(BOOT_ID + Long.BYTES));
    }

    /** Sets the owner. */
    public void setOwner(ProcessIdentity owner) {
        page.putLong(PROCESS_ID, owner.processId());
        page.putLong(PROCESS_START, owner.startTicks());
        page.putLong(BOOT_ID, owner.bootHigh());
        page.putLong(BOOT_ID + Long.BYTES, owner.bootLow());
    }

    /** Returns a setting. */
    public long get(FileSetting setting) {
        return page.getLong(setting.offset);
    }

    /** Sets a setting. */
    public Superblock set(FileSetting setting, long value) {
        page.putLong(setting.offset, value);
        return this;
    }

    /** Returns the chunk lengths of the size classes. */
    public int[] chunkBytes() {
        final int[] lengths = new int[(int) page.getLong(SIZE_CLASSES)];
        for (int i = 0; i < lengths.length; i++) {
            lengths[i] = page.getInt(CHUNK_BYTES + i * Integer.BYTES);
        }
        return lengths;
    }

    /** Sets the chunk lengths of the size classes. */
    public Superblock setChunkBytes(int[] lengths) {
        page.putLong(SIZE_CLASSES, lengths.length);
        for (int i = 0; i < lengths.length; i++) {
            page.putInt(CHUNK_BYTES + i * Integer.BYTES, lengths[i]);
        }
        return this;
    }

    /**
     * Compares the configuration of this file with another.
     *
     * @return each setting that differs with both values, for messages; empty if the regions of
     *     both have the same division.
     */
    public String differences(Superblock wanted) {
        final StringBuilder text = new StringBuilder();
        boolean decisive = false;
        for (final FileSetting setting : FileSetting.values()) {
            final long old = get(setting);
            final long now = wanted.get(setting);
            if (setting.differs(old, now)) {
                decisive |= setting.isDecisive();
                append(text, setting.title, setting.text(old), setting.text(now));
            }
        }
        if (!Arrays.equals(chunkBytes(), wanted.chunkBytes())) {
            decisive = true;
            append(text, "size classes", text(chunkBytes()), text(wanted.chunkBytes()));
        }
        return decisive ? text.toString() : "";
    }

    private static String text(int[] chunks) {
        return chunks.length + " of " + chunks[0] + " to " + chunks[chunks.length - 1] + " bytes";
    }

    private static void append(StringBuilder text, String title, String old, String now) {
        text.append(text.isEmpty() ? "" : ", ").append(title).append(' ').append(old);
        text.append(" -> ").append(now);
    }
}
