// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

/**
 * Parses the numbers of traces without floating point, so that no time or amount is rounded and the
 * cost of any text is bounded by its length.
 */
public final class Numbers {
    private Numbers() {}

    /**
     * Parses a whole number.
     *
     * @param text decimal digits, optionally with a sign.
     * @param what the number's name, for the message.
     * @param lines the place, for the message.
     * @return the number.
     * @throws MalformedTraceException if the text is no whole number or does not fit 64 bits.
     */
    public static long whole(String text, String what, LineReader lines)
            throws MalformedTraceException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notWhole) {
            throw lines.malformed(what + " is not a whole number: " + quoted(text));
        }
    }

    /**
     * Parses a whole number that must not be negative.
     *
     * @param text decimal digits.
     * @param what the number's name, for the message.
     * @param lines the place, for the message.
     * @return the number.
     * @throws MalformedTraceException if the text is no whole number, is negative, or does not fit
     *     64 bits.
     */
    public static long natural(String text, String what, LineReader lines)
            throws MalformedTraceException {
        final long value = whole(text, what, lines);
        if (value < 0) {
            throw lines.malformed(what + " is negative: " + quoted(text));
        }
        return value;
    }

    /**
     * Parses a decimal fraction that must not be negative.
     *
     * @param text digits, optionally with a point and more digits.
     * @param places the number of decimal places of the result; further places are cut off.
     * @param what the number's name, for the message.
     * @param lines the place, for the message.
     * @return the number times ten to the power of {@code places}.
     * @throws MalformedTraceException if the text is no number, is negative, or is too large.
     */
    public static long fixedPoint(String text, int places, String what, LineReader lines)
            throws MalformedTraceException {
        final int point = text.indexOf('.');
        final int wholeEnd = point < 0 ? text.length() : point;
        final int fractionEnd = point < 0 ? wholeEnd : text.length();
        if (wholeEnd == 0 || point >= 0 && point + 1 == text.length()) {
            throw notANumber(text, what, lines);
        }
        long value = 0;
        try {
            for (int i = 0; i < wholeEnd; i++) {
                value = Math.addExact(Math.multiplyExact(value, 10L), digit(text, i, what, lines));
            }
            for (int i = wholeEnd + 1; i < fractionEnd; i++) {
                final int digit = digit(text, i, what, lines);
                if (i <= wholeEnd + places) {
                    value = Math.addExact(Math.multiplyExact(value, 10L), digit);
                }
            }
            for (int i = Math.max(0, fractionEnd - wholeEnd - 1); i < places; i++) {
                value = Math.multiplyExact(value, 10L);
            }
        } catch (ArithmeticException overflow) {
            throw lines.malformed(what + " is too large: " + quoted(text));
        }
        return value;
    }

    private static int digit(String text, int index, String what, LineReader lines)
            throws MalformedTraceException {
        final char c = text.charAt(index);
        if (c < '0' || c > '9') {
            throw c == '-' && index == 0
                    ? lines.malformed(what + " is negative: " + quoted(text))
                    : notANumber(text, what, lines);
        }
        return c - '0';
    }

    private static MalformedTraceException notANumber(String text, String what, LineReader lines) {
        return lines.malformed(what + " is not a number: " + quoted(text));
    }

    /** Quotes a text, shortened and without control characters, which move a terminal's cursor. */
    static String quoted(String text) {
        final String shown = text.length() > 40 ? text.substring(0, 40) + "..." : text;
        return '"' + shown.replaceAll("\\p{Cntrl}", "?") + '"';
    }
}
