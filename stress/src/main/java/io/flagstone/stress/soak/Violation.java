// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import org.agrona.DirectBuffer;
import org.agrona.PrintBufferUtil;

/** A violation: what is wrong, for which key, and what was expected and found. */
public final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_DUMP_BYTES = 512;

    /**
     * A violation of a key, without a value to show.
     *
     * @param what the rule that is violated.
     * @param key the key's number.
     * @param expected the expected result.
     * @param found the actual result.
     */
    public Violation(String what, long key, String expected, String found) {
        super(
                what
                        + "\n  key       "
                        + KeyCodec.show(key)
                        + "\n  expected  "
                        + expected
                        + "\n  found     "
                        + found);
    }

    /**
     * A violation of the cache as a whole.
     *
     * @param what the rule that is violated.
     * @param expected the expected result.
     * @param found the actual result.
     */
    public Violation(String what, String expected, String found) {
        super(what + "\n  expected  " + expected + "\n  found     " + found);
    }

    /**
     * A violation of a value. Dumps its bytes; of a long one, the start and the first wrong byte.
     */
    Violation(
            String what,
            long key,
            String expected,
            String found,
            DirectBuffer value,
            int offset,
            int length) {
        super(
                what
                        + "\n  key       "
                        + KeyCodec.show(key)
                        + "\n  expected  "
                        + expected
                        + "\n  found     "
                        + found
                        + dump(value, offset, length));
    }

    private static String dump(DirectBuffer value, int offset, int length) {
        final int wrong = ValueCodec.firstWrongByte(value, offset, length);
        final StringBuilder text = new StringBuilder("\n  value     ").append(length);
        text.append(" bytes, ");
        text.append(wrong < 0 ? "all match the header" : "the first wrong byte at " + wrong);
        appendDump(text, value, offset, 0, Math.min(length, MAX_DUMP_BYTES));
        final int from = Math.max(MAX_DUMP_BYTES, (wrong & -16) - MAX_DUMP_BYTES / 2);
        if (wrong >= MAX_DUMP_BYTES) {
            appendDump(text, value, offset, from, Math.min(length - from, MAX_DUMP_BYTES));
        }
        return text.toString();
    }

    private static void appendDump(
            StringBuilder text, DirectBuffer value, int offset, int from, int length) {
        text.append("\n  bytes ").append(from).append(" to ").append(from + length);
        if (length > 0) {
            text.append('\n').append(PrintBufferUtil.prettyHexDump(value, offset + from, length));
        }
    }
}
