// SPDX-License-Identifier: Apache-2.0
package io.flagstone.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.agrona.BitUtil;

/**
 * A drawing of a layout in memory, as the class comments of descriptors and the documentation have
 * it: a table whose first row is {@code | offset | bytes | title | |}.
 *
 * <pre>
 *  | offset |      bytes | example  |                                                     |
 *  |      0 |          4 | FIRST    | a field: the descriptor's constant FIRST is 0       |
 *  |        |  bits 0-15 | LENGTH   | bits of the field above; LENGTH_BITS may be 16      |
 *  |        | bits 16-31 | KIND     | KIND_SHIFT is 16                                    |
 *  |      4 |  6 x 2 + C | TAGS     | sums of products of numbers and variables           |
 *  |        |      to 64 | unused   | up to the next multiple of 64; small: no constant   |
 *  |        |            | LAST     | the end; after a variable the offset may be missing |
 * </pre>
 *
 * <p>A diagram in a Java file belongs to the file's class. In Markdown it belongs to the last
 * {@code *Descriptor} that the text above it names.
 */
public final class LayoutDiagram {
    private static final Pattern DESCRIPTOR = Pattern.compile("\\w+Descriptor\\b");
    private static final Pattern BITS = Pattern.compile("bits? (\\d+)(?:-(\\d+))?");
    private static final Pattern ALIGNED = Pattern.compile("to (\\d+)");

    private final String descriptor;
    private final String title;
    private final List<Row> rows = new ArrayList<>();

    private LayoutDiagram(String descriptor, String title) {
        this.descriptor = descriptor;
        this.title = title;
    }

    /** A row as it is drawn. */
    public record Row(String offset, String bytes, String name) {}

    /**
     * A row in numbers.
     *
     * @param name the third cell.
     * @param isBits whether {@code start} and {@code end} count bits of a word, otherwise bytes.
     * @param start the first byte or bit.
     * @param end the byte or bit after the last.
     */
    public record Field(String name, boolean isBits, int start, int end) {
        /** Returns whether the name is one of a constant. */
        public boolean isConstant() {
            return name.matches("[A-Z][A-Z0-9_]+");
        }
    }

    /** Returns the diagrams of a Java or Markdown file, in order. */
    public static List<LayoutDiagram> read(Path file) throws IOException {
        final List<LayoutDiagram> diagrams = new ArrayList<>();
        final String fileName = file.getFileName().toString();
        String descriptor = fileName.replaceFirst("\\.\\w+$", "");
        LayoutDiagram open = null;
        for (final String line : Files.readAllLines(file)) {
            final String text = line.replaceFirst("^\\s*(\\*\\s*)?", "");
            if (!text.startsWith("|") && !text.startsWith("+")) {
                final Matcher named = DESCRIPTOR.matcher(text);
                while (fileName.endsWith(".md") && named.find()) {
                    descriptor = named.group();
                }
                open = null;
            } else if (text.startsWith("|") && !text.startsWith("|-")) {
                final String[] cells =
                        Stream.of(text.substring(1).split("\\|", -1))
                                .map(String::strip)
                                .toArray(String[]::new);
                if (open != null) {
                    open.rows.add(new Row(cells[0], cells[1], cells[2].replace("`", "")));
                } else if (cells[0].equals("offset") && cells[1].equals("bytes")) {
                    open = new LayoutDiagram(descriptor, cells[2]);
                    diagrams.add(open);
                }
            }
        }
        return diagrams;
    }

    /** Returns the name of the descriptor that the diagram draws. */
    public String descriptor() {
        return descriptor;
    }

    /** Returns the rows as they are drawn. */
    public List<Row> rows() {
        return rows;
    }

    /**
     * Returns the rows in numbers.
     *
     * @param variables the values of the variables in lengths.
     * @throws AssertionError if a row does not start where the one before it ends.
     */
    public List<Field> fields(Map<String, Integer> variables) {
        final List<Field> fields = new ArrayList<>();
        int end = 0;
        int bit = 0;
        int wordBits = 0;
        for (final Row row : rows) {
            final Matcher bits = BITS.matcher(row.bytes());
            if (bits.matches()) {
                final int first = Integer.parseInt(bits.group(1));
                final int last = bits.group(2) == null ? first : Integer.parseInt(bits.group(2));
                assertThat(first).as("%s: first bit of %s", this, row).isEqualTo(bit);
                bit = last + 1;
                assertThat(bit).as("%s: last bit of %s", this, row).isBetween(first, wordBits);
                fields.add(new Field(row.name(), true, first, bit));
            } else {
                assertThat(bit).as("%s: bits before %s", this, row).isIn(0, wordBits);
                if (!row.offset().isEmpty()) {
                    assertThat(row.offset()).as("%s: offset of %s", this, row).isEqualTo("" + end);
                }
                final int start = end;
                end = end(start, row.bytes(), variables);
                fields.add(new Field(row.name(), false, start, end));
                bit = 0;
                wordBits = (end - start) * Byte.SIZE;
            }
        }
        return fields;
    }

    private static int end(int start, String bytes, Map<String, Integer> variables) {
        final Matcher aligned = ALIGNED.matcher(bytes);
        if (aligned.matches()) {
            return BitUtil.align(start, Integer.parseInt(aligned.group(1)));
        }
        if (bytes.isEmpty()) {
            return start;
        }
        return start
                + Arrays.stream(bytes.split(" \\+ "))
                        .mapToInt(term -> product(term, variables))
                        .sum();
    }

    private static int product(String term, Map<String, Integer> variables) {
        return Arrays.stream(term.split(" x | "))
                .mapToInt(
                        factor -> {
                            assertThat(factor)
                                    .matches("\\d+|" + String.join("|", variables.keySet()));
                            final Integer value = variables.get(factor);
                            return value == null ? Integer.parseInt(factor) : value;
                        })
                .reduce(1, Math::multiplyExact);
    }

    @Override
    public String toString() {
        return descriptor + ", " + title;
    }
}
