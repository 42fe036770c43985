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

    private final TraceInput input;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final byte[] block = new byte[1 << 13];
    private final byte[] line = new byte[MAX_LINE_BYTES];
    private int position;
    private int limit;
    private long number;

    /**
     * Creates a reader.
     *
     * @param input the bytes; closed with this.
     */
    public LineReader(TraceInput input) {
        this.input = input;
    }

    /**
     * Reads the next line.
     *
     * @return the line without its end, {@code \n} or {@code \r\n}; null at the end of the text.
     * @throws IOException if the file is malformed or cannot be read.
     */
    public String next() throws IOException {
        number++;
        int length = 0;
        int value = nextByte();
        if (value < 0) {
            return null;
        }
        while (value >= 0 && value != '\n') {
            if (length == MAX_LINE_BYTES) {
                throw malformed("the line is longer than " + MAX_LINE_BYTES + " bytes");
            }
            line[length++] = (byte) value;
            value = nextByte();
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        try {
            return decoder.decode(ByteBuffer.wrap(line, 0, length)).toString();
        } catch (CharacterCodingException notText) {
            throw malformed("the line is not UTF-8 text");
        }
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

    private String place() {
        return input.name() + ":" + number;
    }

    /**
     * Creates an exception about the line read last.
     *
     * @param reason what is wrong with the line.
     * @return the exception; the caller throws it.
     */
    public MalformedTraceException malformed(String reason) {
        return new MalformedTraceException(place(), reason);
    }

    /**
     * Creates an exception about the file as a whole.
     *
     * @param reason what is wrong with the file.
     * @return the exception; the caller throws it.
     */
    public MalformedTraceException malformedFile(String reason) {
        return new MalformedTraceException(input.name(), reason);
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
