// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MalformedTraceTest {
    @TempDir private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "LIRS | '1;x7' | ':2: key is not a whole number: \"x7\"'",
                "LIRS | '1;2.5' | ':2: key is not a whole number: \"2.5\"'",
                "LIRS | '9223372036854775808' | ':1: key is not a whole number:"
                        + " \"9223372036854775808\"'",
                "LIRS | '*;' | ': no requests in it'",
                "ARC | '1 1 0 0;1 2 3' | ':2: 3 columns instead of 4'",
                "ARC | 'a 1 0 0' | ':1: first block is not a whole number: \"a\"'",
                "ARC | '-1 1 0 0' | ':1: first block is negative: \"-1\"'",
                "ARC | '1 -1 0 0' | ':1: number of blocks is negative: \"-1\"'",
                "ARC | '1 0 0 0' | ':1: number of blocks is zero'",
                "ARC | '9223372036854775807 2 0 0' | ':1: the run''s last block does not fit"
                        + " 64 bits'",
                "ARC | '1 1 0 x' | ':1: request number is not a whole number: \"x\"'",
                "ARC | ';' | ': no requests in it'",
                "CSV | 'time,key,size' | ': no requests in it'",
                "CSV | '0,1' | ':1: 2 columns instead of time,key,size[,ttl]'",
                "CSV | '0,1,2,3,4' | ':1: 5 columns instead of time,key,size[,ttl]'",
                "CSV | 'key,time,size' | ':1: the header names other columns: \"key,time,size\"'",
                "CSV | 'time,key,size,op;0,1,2,get' | ':1: the header names other columns:"
                        + " \"time,key,size,op\"'",
                "CSV | '0,1,2,get' | ':1: ttl is not a number: \"get\"'",
                "CSV | '0 1 2' | ':1: 1 column instead of time,key,size[,ttl]'",
                "CSV | '1385337600000,1,2' | ':1: time is too large: \"1385337600000\"'",
                "ARC | '1 1400000000 0 0' | ':1: number of blocks is 1400000000, which is more than"
                        + " 1048576'",
                "CSV | 'when,1,2' | ':1: time is not a number: \"when\"'",
                "CSV | '0,1,2;time,key,sizes' | ':2: time is not a number: \"time\"'",
                "CSV | '-1,1,2' | ':1: time is negative: \"-1\"'",
                "CSV | '1e9,1,2' | ':1: time is not a number: \"1e9\"'",
                "CSV | '1.,1,2' | ':1: time is not a number: \"1.\"'",
                "CSV | '.5,1,2' | ':1: time is not a number: \".5\"'",
                "CSV | '99999999999,1,2' | ':1: time is too large: \"99999999999\"'",
                "CSV | '0,,2' | ':1: key is empty'",
                "CSV | '0,1,-2' | ':1: size is negative: \"-2\"'",
                "CSV | '0,1,' | ':1: size is not a whole number: \"\"'",
                "CSV | '0,1,2,0' | ':1: ttl is zero'",
                "CSV | '0,1,2,-1' | ':1: ttl is negative: \"-1\"'",
                "CSV | '0,\"a\",2' | ':1: quoted columns are not supported'",
            })
    void refusesAMalformedLineWithItsNumber(TraceFormat format, String text, String message) {
        final Path file = Traces.write(directory, "t", text.replace(';', '\n') + "\n");

        refused(file, format, file + message + expects(format));
    }

    private static String expects(TraceFormat format) {
        return "; " + format + " expects " + format.content();
    }

    @Test
    void refusesAnEmptyFile() {
        final Path file = Traces.write(directory, "t", "");
        for (final TraceFormat format : TraceFormat.values()) {
            refused(file, format, file + ": the file is empty");
        }
    }

    @Test
    void refusesAnEmptyCompressedFile() throws IOException {
        final Path file = Traces.write(directory, "t.gz", Traces.gzip(new byte[0]));
        for (final TraceFormat format : TraceFormat.values()) {
            refused(file, format, file + ": no requests in it" + expects(format));
        }
    }

    @Test
    void refusesATruncatedRecordWithItsByte() {
        final byte[] bytes = Arrays.copyOf(Traces.oracleRecord(1, 2, 3), 24 + 7);
        final Path file = Traces.write(directory, "t", bytes);

        refused(
                file,
                TraceFormat.ORACLE_GENERAL,
                file
                        + ": byte 24: the record ends after 7 of 24 bytes: is the file cut off?"
                        + expects(TraceFormat.ORACLE_GENERAL));
    }

    @Test
    void refusesAnotherFormatAsBinaryRecords() {
        final Path many = Traces.write(directory, "csv", "17,key,64\n".repeat(12_000));
        final Path few = Traces.write(directory, "lirs", "1234567\n".repeat(7));
        final byte[] random = new byte[24 * 50];
        new Random(1).nextBytes(random);
        final Path noise = Traces.write(directory, "noise", random);

        refused(many, TraceFormat.ORACLE_GENERAL, many + senseless(1_000, many, "it is text"));
        refused(few, TraceFormat.ORACLE_GENERAL, few + senseless(2, few, "it is text"));
        assertThatExceptionOfType(MalformedTraceException.class)
                .isThrownBy(() -> Traces.read(noise, TraceFormat.ORACLE_GENERAL))
                .withMessageStartingWith(noise + ": 50 of the first 50 records make no sense")
                .withMessageContaining("its next access is no number of a request");
    }

    @Test
    void acceptsRecordsOfWhichSomeMakeNoSense() throws IOException {
        final byte[] bytes = new byte[24 * 4];
        for (int i = 0; i < 4; i++) {
            System.arraycopy(Traces.oracleRecord(i == 2 ? 0 : 7, i, 64), 0, bytes, 24 * i, 24);
        }
        final Path file = Traces.write(directory, "t", bytes);

        assertThat(Traces.read(file, TraceFormat.ORACLE_GENERAL)).hasSize(4);
    }

    private static String senseless(int records, Path file, String doubt) {
        return ": "
                + records
                + " of the first "
                + records
                + " records make no sense, first "
                + file
                + ": byte 0: "
                + doubt
                + expects(TraceFormat.ORACLE_GENERAL)
                + "; is the file in another format?";
    }

    @Test
    void refusesTruncatedCompression() throws IOException {
        final byte[] text = "1\n22\n333\n".getBytes(StandardCharsets.UTF_8);
        final byte[] gzip = Traces.gzip(text);
        final byte[] xz = Traces.xz(text);
        final Path inBody = Traces.write(directory, "t.gz", Arrays.copyOf(gzip, gzip.length - 6));
        final Path inHeader = Traces.write(directory, "u.gz", Arrays.copyOf(gzip, 5));
        final Path ofXz = Traces.write(directory, "t.xz", Arrays.copyOf(xz, xz.length - 6));

        refused(inBody, TraceFormat.LIRS, inBody + ":1: the compressed data ends too early");
        refused(inHeader, TraceFormat.LIRS, inHeader + ": the compressed data ends too early");
        refused(ofXz, TraceFormat.LIRS, ofXz + ":1: the compressed data ends too early");
    }

    @Test
    void refusesPlainTextUnderACompressedName() {
        final Path gzip = Traces.write(directory, "t.gz", "1\n2\n3\n4\n5\n6\n7\n");

        refused(
                gzip,
                TraceFormat.LIRS,
                gzip + ": the compressed data is damaged: Not in GZIP format");
        final Path xz = Traces.write(directory, "t.xz", "1\n2\n3\n4\n5\n6\n7\n");
        assertThatExceptionOfType(MalformedTraceException.class)
                .isThrownBy(() -> Traces.read(xz, TraceFormat.LIRS))
                .withMessageStartingWith(xz + ": the compressed data is damaged: ");
    }

    @Test
    void refusesABinaryFileAsText() {
        final Path bytes = Traces.write(directory, "b", new byte[] {'1', '\n', (byte) 0xff, '\n'});
        final Path line = Traces.write(directory, "l", "7".repeat(65_537));

        refused(
                bytes,
                TraceFormat.LIRS,
                bytes + ":2: the line is not UTF-8 text" + binary(TraceFormat.LIRS));
        refused(
                line,
                TraceFormat.CSV,
                line + ":1: the line is longer than 65536 bytes" + binary(TraceFormat.CSV));
    }

    private static String binary(TraceFormat format) {
        return "; only oracle-general is binary" + expects(format);
    }

    @Test
    void quotesShortPrintableText() {
        final Path file = Traces.write(directory, "t", "\u0007" + "x".repeat(60) + "\n");

        refused(
                file,
                TraceFormat.LIRS,
                file
                        + ":1: key is not a whole number: \"?"
                        + "x".repeat(39)
                        + "...\""
                        + expects(TraceFormat.LIRS));
    }

    @Test
    void refusesAMissingFileAndADirectory() {
        final Path missing = directory.resolve("missing");

        refused(missing, TraceFormat.CSV, missing + ": no such file");
        refused(directory, TraceFormat.CSV, directory + ": is a directory");
    }

    private static void refused(Path file, TraceFormat format, String message) {
        assertThatExceptionOfType(MalformedTraceException.class)
                .isThrownBy(() -> Traces.read(file, format))
                .withMessage(message);
    }
}
