// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The link between a checkpoint and a recording. It is written when the recording has everything
 * that the checkpoint may have.
 *
 * <p>A file of text: a line for each number, and a last one with the CRC32C of those before it.
 *
 * @param recordingId the archive's id of the recording.
 * @param epoch the epoch of the primary.
 * @param position where in the recording to begin. Everything before it is in the checkpoint.
 * @param number the number of the last change before the position.
 * @param leastNumber the number of a change after everything that the checkpoint has. A recovery
 *     that does not reach it has a mixture of times.
 * @param leastPosition the position after that change.
 */
record JournalMark(
        long recordingId,
        long epoch,
        long position,
        long number,
        long leastNumber,
        long leastPosition) {

    private static final String NAME = "mark";
    private static final String CHECKSUM = "crc32c";
    private static final int MAX_BYTES = 4096;

    private String text() {
        return "recordingId="
                + recordingId
                + "\nepoch="
                + epoch
                + "\nposition="
                + position
                + "\nnumber="
                + number
                + "\nleastNumber="
                + leastNumber
                + "\nleastPosition="
                + leastPosition
                + "\n";
    }

    private static String checksum(String text) {
        final CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.US_ASCII));
        return Long.toHexString(crc.getValue());
    }

    /** Writes the mark to the device. After that it is there as a whole, or not at all. */
    void write(Path directory) throws IOException {
        final Path unfinished = directory.resolve(NAME + ".tmp");
        final String text = text();
        final ByteBuffer bytes =
                StandardCharsets.US_ASCII.encode(text + CHECKSUM + "=" + checksum(text) + "\n");
        try (FileChannel file =
                FileChannel.open(
                        unfinished,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(unfinished, directory.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel entries = FileChannel.open(directory)) {
            entries.force(true);
        }
    }

    /** Returns whether a file has the name of a mark. */
    static boolean isMark(Path file) {
        return file.getFileName().toString().equals(NAME);
    }

    /** Returns whether a directory has a mark, whole or not. */
    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(NAME));
    }

    /**
     * Reads a mark.
     *
     * @throws IOException if there is none, or it is damaged.
     */
    static JournalMark read(Path directory) throws IOException {
        final Path file = directory.resolve(NAME);
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException("the mark is damaged: " + file);
        }
        final String all = Files.readString(file, StandardCharsets.ISO_8859_1);
        final int end = all.indexOf(CHECKSUM + "=");
        if (end < 0 || !all.equals(all.substring(0, end) + CHECKSUM + "=" + sum(all, end) + "\n")) {
            throw new IOException("the mark is damaged: " + file);
        }
        final Map<String, Long> numbers = new LinkedHashMap<>();
        try {
            for (final String line : all.substring(0, end).split("\n")) {
                final int at = line.indexOf('=');
                numbers.put(line.substring(0, at), Long.parseLong(line.substring(at + 1)));
            }
            return new JournalMark(
                    numbers.get("recordingId"),
                    numbers.get("epoch"),
                    numbers.get("position"),
                    numbers.get("number"),
                    numbers.get("leastNumber"),
                    numbers.get("leastPosition"));
        } catch (final RuntimeException e) {
            throw new IOException("the mark is of another version: " + file, e);
        }
    }

    private static String sum(String all, int end) {
        return checksum(all.substring(0, end));
    }
}
