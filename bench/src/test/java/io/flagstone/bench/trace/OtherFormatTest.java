// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A trace in another format than was named is refused, with the place and what was expected. */
class OtherFormatTest {
    private static final String LIRS = "17\n4096\n*\n23\n";
    private static final String ARC = "100 3 0 0\n2048 8 0 1\n";
    private static final String CSV = "0.5,17,4096\n1,user:1,512\n";

    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource({
        "LIRS, ARC, arc",
        "LIRS, CSV, csv",
        "ARC, LIRS, lirs",
        "ARC, CSV, csv",
        "CSV, LIRS, lirs",
        "CSV, ARC, arc"
    })
    void textInAnotherFormatIsRefusedAtItsFirstLine(
            TraceFormat named, TraceFormat actual, String guess) throws IOException {
        for (final String end : new String[] {"\n", "\r\n"}) {
            final byte[] text = sample(actual).replace("\n", end).getBytes(StandardCharsets.UTF_8);
            final Path plain = Traces.write(directory, "plain", text);
            final Path packed = Traces.write(directory, "packed.gz", Traces.gzip(text));
            for (final Path file : new Path[] {plain, packed}) {
                assertRefused(
                        file,
                        named,
                        file + ":1: ",
                        named + " expects " + named.content(),
                        "this line looks like " + guess);
            }
        }
    }

    private static String sample(TraceFormat format) {
        return switch (format) {
            case LIRS -> LIRS;
            case ARC -> ARC;
            case CSV -> CSV;
            default -> throw new IllegalArgumentException(format.toString());
        };
    }

    @Test
    void eachSampleIsReadInItsOwnFormat() throws IOException {
        for (final TraceFormat format :
                new TraceFormat[] {TraceFormat.LIRS, TraceFormat.ARC, TraceFormat.CSV}) {
            final Path file = Traces.write(directory, "t", sample(format));
            assertThat(Traces.read(file, format)).isNotEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"LIRS", "ARC", "CSV"})
    void binaryRecordsAreNoText(TraceFormat named) throws IOException {
        final ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int i = 0; i < 5_000; i++) {
            records.write(Traces.oracleRecord(5_633_898 + i, 42_932_745L + i, 512));
        }
        final Path file = Traces.write(directory, "t", records.toByteArray());

        assertRefused(file, named, file + ":1: ", named + " expects " + named.content());
    }

    @Test
    void columnsInAnotherOrderAreRefused() {
        final SplittableRandom random = new SplittableRandom(3);
        final int[] keys = random.ints(2_000, 0, 5_000).toArray();
        final IntFunction<String> time = i -> String.valueOf(1_385_337_600L + i / 3);
        final IntFunction<String> key = i -> String.valueOf(keys[i]);
        final IntFunction<String> size = i -> String.valueOf(512 * (1 + keys[i] % 8));
        final IntFunction<String> zero = i -> "0";

        assertThat(csv(time, key, size)).isEqualTo("read");
        assertThat(csv(zero, key, size)).isEqualTo("read");
        assertThat(csv(key, time, size)).contains("make no sense", ":", "its time is before");
        assertThat(csv(size, key, time)).contains("make no sense", "at least 1 GiB");
        assertThat(csv(key, size, time)).contains("make no sense", "at least 1 GiB");
        assertThat(csv(size, time, key)).contains("make no sense", "its time is before");
        assertThat(csv(time, size, key)).contains("as if both columns were swapped");
        assertThat(csv(zero, key, i -> String.valueOf(i / 3)))
                .contains("times of the first 1000 records do not rise but the sizes do");
        assertThat(csv(zero, key, time))
                .contains(
                        "1000 of the first 1000 records make no sense, first",
                        ":1: its size is 1385337600 bytes, which is at least 1 GiB");
        assertThat(csv(2_000, List.of(time, key, size, i -> "GET")))
                .contains("ttl is not a number: \"GET\"");
    }

    /** A short file, or one that begins well, is judged by the records that it has. */
    @Test
    void mostOfTheFirstThousandRecordsDecide() {
        assertThat(csv(3, List.of(i -> String.valueOf(9 - i), i -> "1", i -> "1")))
                .contains("2 of the first 3 records make no sense")
                .contains(":2: its time is before that of an earlier line");
        assertThat(csv(4, List.of(i -> String.valueOf(i == 0 ? 9 : 9 - i % 2), i -> "1", i -> "1")))
                .isEqualTo("read");
        assertThat(
                        csv(
                                2_000,
                                List.of(
                                        i -> String.valueOf(i < 1_001 ? i : 2_001 - i),
                                        i -> "1",
                                        i -> "1")))
                .isEqualTo("read");
    }

    private String csv(
            IntFunction<String> first, IntFunction<String> second, IntFunction<String> third) {
        return csv(2_000, List.of(first, second, third));
    }

    /** Returns the message of the refusal, or "read". */
    private String csv(int records, List<IntFunction<String>> columns) {
        final String text =
                IntStream.range(0, records)
                        .mapToObj(
                                i ->
                                        columns.stream()
                                                .map(column -> column.apply(i))
                                                .collect(Collectors.joining(",")))
                        .collect(Collectors.joining("\n", "", "\n"));
        final Path file = Traces.write(directory, "t", text);
        try {
            Traces.read(file, TraceFormat.CSV);
            return "read";
        } catch (final IOException refusal) {
            assertThat(refusal)
                    .isInstanceOf(MalformedTraceException.class)
                    .hasMessageStartingWith(file.toString())
                    .hasMessageContaining("csv expects time,key,size[,ttl] in seconds and bytes");
            return refusal.getMessage();
        }
    }

    @Test
    void fourNumbersOfOtherMeaningAreNoArc() throws IOException {
        final Path file = Traces.write(directory, "t", "5 1 0 9\n7 1 0 3\n8 1 0 3\n9 1 0 2\n");
        final Path cut = Traces.write(directory, "u", "5 1 0 900\n7 1 0 901\n8 1 0 950\n");

        assertRefused(
                file,
                TraceFormat.ARC,
                file + ": 3 of the first 4 records make no sense",
                file + ":2: its request number does not rise: 3");
        assertThat(Traces.read(cut, TraceFormat.ARC)).hasSize(3);
    }

    @Test
    void aLastLineThatIsCutOffIsRefusedAsSuch() throws IOException {
        for (final String text : new String[] {CSV + "2,user:", ARC + "4096 "}) {
            final TraceFormat format = text.startsWith(CSV) ? TraceFormat.CSV : TraceFormat.ARC;
            final Path file = Traces.write(directory, "t", text);
            final Path packed =
                    Traces.write(
                            directory, "t.gz", Traces.gzip(text.getBytes(StandardCharsets.UTF_8)));
            assertRefused(file, format, file + ":3: ", "the file ends within this line");
            assertRefused(packed, format, packed + ":3: ", "the file ends within this line");
        }
        final Path whole = Traces.write(directory, "w", CSV + "2,user:2,1");
        assertThat(Traces.read(whole, TraceFormat.CSV)).hasSize(3);
    }

    @Test
    void aByteOrderMarkIsSkipped() throws IOException {
        final Path csv = Traces.write(directory, "t", "\ufefftime,key,size\r\n0,1,2\r\n");

        assertThat(Traces.read(csv, TraceFormat.CSV)).containsExactly("0 1 2 -1");
    }

    private static void assertRefused(Path file, TraceFormat format, String begin, String... parts)
            throws IOException {
        assertThatExceptionOfType(MalformedTraceException.class)
                .isThrownBy(() -> Traces.read(file, format))
                .satisfies(refusal -> assertThat(refusal).hasMessageStartingWith(begin))
                .satisfies(refusal -> assertThat(refusal.getMessage()).contains(parts));
    }
}
