// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/** Codecs of instants and dates, in native byte order. */
final class TimeCodecs {
    private TimeCodecs() {}

    /** Writes the seconds since 1970, then the nanoseconds within the second. */
    static final class InstantCodec implements Codec<Instant> {
        private static final int NANOS_OFFSET = Long.BYTES;
        private static final int LENGTH = NANOS_OFFSET + Integer.BYTES;

        @Override
        public int encode(Instant value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, value.getEpochSecond());
            buffer.putInt(offset + NANOS_OFFSET, value.getNano());
            return LENGTH;
        }

        @Override
        public Instant decode(DirectBuffer buffer, int offset, int length) {
            NumberCodecs.check(length, LENGTH);
            try {
                return Instant.ofEpochSecond(
                        buffer.getLong(offset), buffer.getInt(offset + NANOS_OFFSET));
            } catch (final DateTimeException | ArithmeticException e) {
                throw new IllegalArgumentException(
                        "the bytes are not an Instant: " + e.getMessage(), e);
            }
        }
    }

    /** Writes the days since 1970. */
    static final class LocalDateCodec implements Codec<LocalDate> {
        @Override
        public int encode(LocalDate value, MutableDirectBuffer buffer, int offset) {
            buffer.putLong(offset, value.toEpochDay());
            return Long.BYTES;
        }

        @Override
        public LocalDate decode(DirectBuffer buffer, int offset, int length) {
            NumberCodecs.check(length, Long.BYTES);
            try {
                return LocalDate.ofEpochDay(buffer.getLong(offset));
            } catch (final DateTimeException e) {
                throw new IllegalArgumentException(
                        "the bytes are not a LocalDate: " + e.getMessage(), e);
            }
        }
    }
}
