// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flagstone.OffHeapCache;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConvertersTest {
    @ParameterizedTest
    @CsvSource({
        "1, 1",
        "65536, 65536",
        "64K, 65536",
        "64k, 65536",
        "256M, 268435456",
        "3G, 3221225472",
        "8589934591G, 9223372035781033984"
    })
    void readsSizes(String text, long bytes) {
        assertThat(new SizeConverter().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "K",
                "-1",
                "1.5M",
                "1 M",
                "1MB",
                "0",
                "0G",
                "8589934592G",
                "99999999999999999999"
            })
    void refusesOtherSizes(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new SizeConverter().convert(text));
    }

    @ParameterizedTest
    @CsvSource({
        "7ns, 7, 7ns",
        "7us, 7000, 7us",
        "500ms, 500000000, 500ms",
        "1000ms, 1000000000, 1s",
        "10s, 10000000000, 10s",
        "30m, 1800000000000, 30m",
        "90m, 5400000000000, 90m",
        "2h, 7200000000000, 2h",
        "1d, 86400000000000, 1d"
    })
    void readsAndShowsDurations(String text, long ns, String shown) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(ns);
        assertThat(DurationConverter.show(ns)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "1.5h", "1 h", "0s", "200000d", "1w", "None"})
    void refusesOtherDurations(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new DurationConverter().convert(text));
    }

    @ParameterizedTest
    @ValueSource(strings = "none")
    void readsNone(String text) {
        assertThat(new DurationConverter().convert(text)).isEqualTo(OffHeapCache.NO_TTL);
        assertThat(DurationConverter.show(OffHeapCache.NO_TTL)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0.01, 1000000, 0.01", "1, 100000000, 1", "0.00000001, 1, 0.00000001"})
    void readsTickSizes(String text, long units, String shown) {
        assertThat(new TickSizeConverter().convert(text)).isEqualTo(units);
        assertThat(TickSizeConverter.show(units)).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "0.0", "-1", "1e2", "0.000000001", ".5", "1234567890"})
    void refusesOtherTickSizes(String text) {
        assertThatExceptionOfType(TypeConversionException.class)
                .isThrownBy(() -> new TickSizeConverter().convert(text));
    }
}
