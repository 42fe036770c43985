// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.agrona.concurrent.UnsafeBuffer;

/** The content of a checkpoint, on the heap. */
final class CheckpointImage {
    /** An entry. */
    record Entry(String key, String value, long deadlineNs, boolean sliding, long order) {
        byte[] record() {
            final byte[] record = new byte[RecordDescriptor.length(key.length(), value.length())];
            final UnsafeBuffer buffer = new UnsafeBuffer(record);
            RecordDescriptor.lengths(buffer, 0, key.length(), value.length());
            RecordDescriptor.deadline(buffer, 0, deadlineNs, sliding);
            RecordDescriptor.order(buffer, 0, order);
            buffer.putStringWithoutLengthAscii(RecordDescriptor.RECORD_HEADER_LENGTH, key + value);
            return record;
        }
    }

    private CheckpointImage() {}

    /** Returns entries in the order of use. */
    static List<Entry> random(SplittableRandom random, int entries, int maxLength, String mark) {
        final List<Entry> image = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            image.add(
                    new Entry(
                            "key" + i,
                            (mark + i + "-").repeat(1 + random.nextInt(maxLength)),
                            random.nextBoolean()
                                    ? RecordDescriptor.NO_DEADLINE
                                    : random.nextLong(Long.MAX_VALUE),
                            random.nextBoolean(),
                            i - entries));
        }
        return image;
    }

    /** Writes a checkpoint of two segments, with one image that is given up. */
    static Superblock write(CheckpointStorage storage, List<Entry> image) throws IOException {
        try (CheckpointWriter writer = CheckpointWriter.create(storage, 1_000)) {
            final List<Entry> shuffled = new ArrayList<>(image);
            shuffled.sort(Comparator.comparing(Entry::key));
            writer.beginSegment(0);
            append(writer, shuffled.subList(0, shuffled.size() / 2));
            writer.beginSegment(1);
            append(writer, shuffled);
            writer.rewind();
            append(writer, shuffled.subList(shuffled.size() / 2, shuffled.size()));
            return writer.commit();
        }
    }

    private static void append(CheckpointWriter writer, List<Entry> entries) throws IOException {
        for (final Entry entry : entries) {
            final byte[] record = entry.record();
            writer.append(record, record.length);
        }
    }

    static Superblock write(Path directory, List<Entry> image) throws IOException {
        try (CheckpointDirectory storage = CheckpointDirectory.open(directory)) {
            return write(storage, image);
        }
    }

    /** Returns the entries of the newest whole checkpoint, or {@code null}. */
    static List<Entry> read(Path path, List<String> problems) throws IOException {
        try (CheckpointReader reader = CheckpointFiles.openNewest(path, problems::add)) {
            return reader == null ? null : entries(reader);
        }
    }

    private static List<Entry> entries(CheckpointReader reader) throws IOException {
        final List<Entry> entries = new ArrayList<>();
        final StoredRecord stored = new StoredRecord();
        while (reader.next(stored)) {
            entries.add(
                    new Entry(
                            text(stored.key()),
                            text(stored.value()),
                            stored.deadlineNs(),
                            stored.isSliding(),
                            0));
        }
        for (int i = 0; i < entries.size(); i++) {
            final Entry entry = entries.get(i);
            entries.set(
                    i,
                    new Entry(
                            entry.key(),
                            entry.value(),
                            entry.deadlineNs(),
                            entry.sliding(),
                            i - entries.size()));
        }
        return entries;
    }

    private static String text(UnsafeBuffer buffer) {
        return buffer.getStringWithoutLengthAscii(0, buffer.capacity());
    }
}
