// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceFormatTest {
    @TempDir private Path directory;

    @Test
    void lirsSkipsMarksAndEmptyLinesAndAcceptsBothLineEnds() throws IOException {
        final Path file = Traces.write(directory, "t", "5\r\n*\r\n\n 7 \n*\n5");

        assertThat(Traces.read(file, TraceFormat.LIRS))
                .containsExactly("-1 5 -1 -1", "-1 7 -1 -1", "-1 5 -1 -1");
    }

    @Test
    void arcExpandsRuns() throws IOException {
        final Path file = Traces.write(directory, "t", "100 3 0 0\n\n 7\t1 0 1\n");

        assertThat(Traces.read(file, TraceFormat.ARC))
                .containsExactly("-1 100 -1 -1", "-1 101 -1 -1", "-1 102 -1 -1", "-1 7 -1 -1");
    }

    @Test
    void oracleGeneralIsLittleEndianAndUnsigned() throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(Traces.oracleRecord(1, 0x0102030405060708L, 512));
        bytes.write(Traces.oracleRecord(-1, -2, -1));
        final Path file = Traces.write(directory, "t", bytes.toByteArray());

        assertThat(Traces.read(file, TraceFormat.ORACLE_GENERAL))
                .containsExactly(
                        "1000000000 72623859790382856 512 -1",
                        "4294967295000000000 -2 4294967295 -1");
    }

    @Test
    void csvReadsNumbersTextKeysAndTimesToLive() throws IOException {
        final Path file =
                Traces.write(
                        directory,
                        "t",
                        "Time,key,size,TTL\n0.5,42,100\n 1.000000001 , -7 , 0 , 2.5 \n"
                                + "2,user:\u00e9,8,\n3,007,8\n4,99999999999999999999,8\n");

        assertThat(Traces.read(file, TraceFormat.CSV))
                .containsExactly(
                        "500000000 42 100 -1",
                        "1000000001 -7 0 2500000000",
                        "2000000000 \"user:\u00e9\" 8 -1",
                        "3000000000 \"007\" 8 -1",
                        "4000000000 \"99999999999999999999\" 8 -1");
    }

    @Test
    void csvNeedsNoHeader() throws IOException {
        final Path file = Traces.write(directory, "t", "0,1,2\n");

        assertThat(Traces.read(file, TraceFormat.CSV)).containsExactly("0 1 2 -1");
    }

    @Test
    void numericKeyHasItsBytesInNativeOrder() {
        final Request request = new Request();
        request.numericKey(0x0102030405060708L);

        assertThat(request.keyLength()).isEqualTo(8);
        assertThat(request.keyBuffer().getLong(0, ByteOrder.nativeOrder()))
                .isEqualTo(request.key());
    }

    @Test
    void textKeyMayBeLongerThanAllPrevious() throws IOException {
        final String key = "k".repeat(5000);
        final Path file = Traces.write(directory, "t", "0,a,1\n0," + key + ",1\n0,bc,1\n");

        assertThat(Traces.read(file, TraceFormat.CSV))
                .containsExactly("0 \"a\" 1 -1", "0 \"" + key + "\" 1 -1", "0 \"bc\" 1 -1");
    }

    @Test
    void recognizesCompressionByNameOrContent() throws IOException {
        final byte[] text = "1\n2\n".getBytes(StandardCharsets.UTF_8);
        for (final String name : new String[] {"t.gz", "t"}) {
            final Path file = Traces.write(directory, name, Traces.gzip(text));
            assertThat(Traces.read(file, TraceFormat.LIRS)).hasSize(2);
        }
        for (final String name : new String[] {"t.xz", "u"}) {
            final Path file = Traces.write(directory, name, Traces.xz(text));
            assertThat(Traces.read(file, TraceFormat.LIRS)).hasSize(2);
        }
    }

    @Test
    void progressIsInBytesOfTheFile() throws IOException {
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            text.append(i).append('\n');
        }
        final byte[] packed = Traces.gzip(text.toString().getBytes(StandardCharsets.UTF_8));
        final Path file = Traces.write(directory, "t.gz", packed);
        try (TraceFile trace = new TraceFile(file, TraceFormat.LIRS)) {
            final Request request = new Request();
            trace.next(request);
            assertThat(trace.length()).isEqualTo(Files.size(file)).isEqualTo(packed.length);
            assertThat(trace.position()).isPositive().isLessThan(packed.length);
            while (trace.next(request)) {
                assertThat(trace.position()).isLessThanOrEqualTo(packed.length);
            }
            assertThat(trace.position()).isEqualTo(packed.length);
        }
    }
}
