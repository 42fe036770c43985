// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.internal.checkpoint.RecordDescriptor;
import io.flagstone.internal.segment.Segment;
import io.flagstone.internal.segment.SegmentImage;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Takes the image of a cache's only segment in steps, and collects its entries. */
final class ImageTaker {
    private static final int BUFFER_BYTES = 1 << 20;

    final SegmentImage image;
    private final Segment segment;

    /** The values by key, each with its deadline. */
    final Map<String, String> entries = new HashMap<>();

    private boolean more = true;

    ImageTaker(OffHeapCache cache) {
        this(cache, BUFFER_BYTES);
    }

    ImageTaker(OffHeapCache cache, int bufferBytes) {
        segment = cache.segmentsOrNull()[0];
        image = segment.newImage(0, bufferBytes);
    }

    void begin() {
        entries.clear();
        image.prepare();
        segment.beginImage(image);
        more = true;
    }

    /** Takes a step. Returns whether there are more to take. */
    boolean step(int entries) {
        more = segment.stepImage(image, entries, Integer.MAX_VALUE);
        collect();
        return more;
    }

    void end() {
        segment.endImage();
    }

    /** Takes the rest of the image. */
    void finish() {
        while (more) {
            step(3);
        }
        end();
    }

    private void collect() {
        final UnsafeBuffer records = new UnsafeBuffer(image.records(), 0, image.length());
        for (int record = 0; record < image.length(); ) {
            final int keyLength = RecordDescriptor.keyLength(records, record);
            final int valueLength = RecordDescriptor.valueLength(records, record);
            final int key = record + RecordDescriptor.RECORD_HEADER_LENGTH;
            final String name = latin(new UnsafeBuffer(records, key, keyLength));
            final String before =
                    entries.put(
                            name,
                            text(
                                    new UnsafeBuffer(records, key + keyLength, valueLength),
                                    RecordDescriptor.deadline(records, record)));
            assertThat(before).as("the first copy of " + name).isNull();
            record += RecordDescriptor.length(keyLength, valueLength);
        }
    }

    /** Returns a character for each byte. */
    private static String latin(DirectBuffer buffer) {
        return new String(CacheModel.bytes(buffer), StandardCharsets.ISO_8859_1);
    }

    private static String text(DirectBuffer value, long deadlineNs) {
        return latin(value) + (deadlineNs == Long.MAX_VALUE ? "" : "@" + deadlineNs);
    }

    /** Returns what a cache, built at time 0, holds now, as an image has it. */
    static Map<String, String> contents(OffHeapCache cache, long nowNs) {
        final Map<String, UnsafeBuffer> values = new HashMap<>();
        for (long cursor = 0; cursor != OffHeapCache.SCAN_DONE; ) {
            cursor =
                    cache.scan(
                            cursor,
                            100,
                            (key, value) -> {
                                final byte[] copy = new byte[value.capacity()];
                                value.getBytes(0, copy);
                                values.put(latin(key), new UnsafeBuffer(copy));
                            });
        }
        final Map<String, String> contents = new HashMap<>();
        values.forEach(
                (key, value) -> {
                    final UnsafeBuffer bytes =
                            new UnsafeBuffer(key.getBytes(StandardCharsets.ISO_8859_1));
                    final long ttlNs = cache.remainingTtlNs(bytes, 0, bytes.capacity());
                    contents.put(
                            key, text(value, ttlNs == OffHeapCache.NO_TTL ? ttlNs : nowNs + ttlNs));
                });
        return contents;
    }
}
