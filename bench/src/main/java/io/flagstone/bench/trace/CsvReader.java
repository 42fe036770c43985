// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads {@code time,key,size[,ttl]}: seconds, a decimal number or any other text, bytes, seconds.
 * The first line may name the columns.
 */
final class CsvReader implements TraceReader {
    private static final Pattern COMMA = Pattern.compile(",");
    private static final List<String> HEADER = List.of("time", "key", "size", "ttl");
    private static final int NANO_PLACES = 9;

    /** Numbers in canonical form. Others, such as 007, are text, so that 007 and 7 differ. */
    private static final Pattern NUMBER = Pattern.compile("0|-?[1-9][0-9]{0,18}");

    private final LineReader lines;
    private final CsvDoubts doubts;
    private boolean begun;
    private long requests;

    CsvReader(LineReader lines) {
        this.lines = lines;
        this.doubts = new CsvDoubts(lines.name());
    }

    @Override
    public boolean next(Request request) throws IOException {
        String line = nextLine();
        if (!begun) {
            begun = true;
            if (line != null && isHeader(line)) {
                line = nextLine();
            } else if (line != null && namesOtherColumns(line)) {
                throw lines.malformed(
                        "the header names other columns: " + Numbers.quoted(line.strip()));
            }
        }
        if (line == null) {
            if (requests == 0) {
                throw lines.malformedFile("no requests in it");
            }
            doubts.end();
            return false;
        }
        parse(line, request);
        doubts.add(lines, request);
        requests++;
        return true;
    }

    private String nextLine() throws IOException {
        String line = lines.next();
        while (line != null && line.isBlank()) {
            line = lines.next();
        }
        return line;
    }

    private static boolean isHeader(String line) {
        final List<String> names =
                COMMA.splitAsStream(line).map(s -> s.strip().toLowerCase(Locale.ROOT)).toList();
        return names.equals(HEADER) || names.equals(HEADER.subList(0, 3));
    }

    /** Returns whether a line has several columns and a digit in none of them. */
    private static boolean namesOtherColumns(String line) {
        return line.indexOf(',') >= 0 && line.chars().noneMatch(Character::isDigit);
    }

    private void parse(String line, Request request) throws IOException {
        if (line.indexOf('"') >= 0) {
            throw lines.malformed("quoted columns are not supported");
        }
        final String[] columns = COMMA.split(line, -1);
        if (columns.length < 3 || columns.length > 4) {
            throw lines.malformed(
                    columns.length
                            + (columns.length == 1 ? " column" : " columns")
                            + " instead of time,key,size[,ttl]");
        }
        final long timeNs = Numbers.fixedPoint(columns[0].strip(), NANO_PLACES, "time", lines);
        final long size = Numbers.natural(columns[2].strip(), "size", lines);
        final String ttl = columns.length == 4 ? columns[3].strip() : "";
        request.set(timeNs, size, ttl.isEmpty() ? Request.UNKNOWN : ttlNs(ttl));
        key(columns[1].strip(), request);
    }

    private long ttlNs(String text) throws IOException {
        final long ttlNs = Numbers.fixedPoint(text, NANO_PLACES, "ttl", lines);
        if (ttlNs == 0) {
            throw lines.malformed("ttl is zero");
        }
        return ttlNs;
    }

    private void key(String text, Request request) throws IOException {
        if (text.isEmpty()) {
            throw lines.malformed("key is empty");
        }
        if (NUMBER.matcher(text).matches()) {
            try {
                request.numericKey(Long.parseLong(text));
                return;
            } catch (NumberFormatException tooLarge) {
                // 19 digits that do not fit 64 bits are a text key.
            }
        }
        request.textKey(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
