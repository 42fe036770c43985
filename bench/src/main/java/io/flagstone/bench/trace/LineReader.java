// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/**
 * Reads lines, numbers them and bounds their length, so that a binary file in place of a text file
 * is refused instead of read into memory as one line.
 */
public final class LineReader implements Closeable {
    private static final int MAX_LINE_BYTES = 1 << 16;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private final TraceInput input;
    private final TraceFormat format;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final byte[] block = new byte[1 << 13];
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int position;
    private int limit;
    private long number;
    private String text = "";
    private boolean terminated;

    /**
     * Creates a reader of text in no trace format.
     *
     * @param input the bytes; closed with this.
     */
    public LineReader(TraceInput input) {
        this(input, null);
    }

    /**
     * Creates a reader whose messages say what a trace format expects.
     *
     * @param input the bytes; closed with this.
     * @param format the format, or null.
     */
    LineReader(TraceInput input, TraceFormat format) {
        this.input = input;
        this.format = format;
    }

    /**
     * Reads the next line.
     *
     * @return the line without its end, {@code \n} or {@code \r\n}, and without a byte order mark;
     *     null at the end of the text.
     * @throws IOException if the file is malformed or cannot be read.
     */
    public String next() throws IOException {
        number++;
        text = "";
        terminated = true;
        int length = 0;
        int value = nextByte();
        if (value < 0) {
            return null;
        }
        while (value >= 0 && value != '\n') {
            if (length == MAX_LINE_BYTES) {
                throw malformed(notText("the line is longer than " + MAX_LINE_BYTES + " bytes"));
            }
            line[length++] = (byte) value;
            value = nextByte();
        }
        terminated = value >= 0;
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        try {
            text = decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
        } catch (CharacterCodingException undecodable) {
            throw malformed(notText("the line is not UTF-8 text"));
        }
        if (number == 1 && !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
            text = text.substring(1);
        }
        return text;
    }

    /** Adds to a reason which format is binary. */
    private String notText(String reason) {
        return format == null
                ? reason
                : reason + "; only " + TraceFormat.ORACLE_GENERAL + " is binary";
    }

    private int nextByte() throws IOException {
        if (position == limit) {
            limit = input.read(block, place());
            position = 0;
            if (limit == 0) {
                return -1;
            }
        }
        return block[position++] & 0xff;
    }

    /** Returns the file and the number of the line read last. */
    String place() {
        return input.name() + ":" + number;
    }

    /** Returns the name of the file. */
    String name() {
        return input.name();
    }

    /**
     * Creates an exception about the line read last.
     *
     * @param reason what is wrong with the line.
     * @return the exception; the caller throws it.
     */
    public MalformedTraceException malformed(String reason) {
        if (format == null) {
            return new MalformedTraceException(place(), reason);
        }
        final StringBuilder message = new StringBuilder(reason);
        if (!terminated) {
            message.append("; the file ends within this line: is it cut off?");
        }
        message.append("; ").append(format.expectation());
        final TraceFormat guess = TraceFormat.guess(text);
        if (guess != null && guess != format) {
            message.append("; this line looks like ").append(guess);
        }
        return new MalformedTraceException(place(), message.toString());
    }

    /**
     * Creates an exception about the file as a whole.
     *
     * @param reason what is wrong with the file.
     * @return the exception; the caller throws it.
     */
    public MalformedTraceException malformedFile(String reason) {
        return new MalformedTraceException(
                input.name(), format == null ? reason : reason + "; " + format.expectation());
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
