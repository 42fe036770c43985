// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.flagstone.bench.agreement.AgreementFigure.Unit;
import io.flagstone.bench.fork.Load;
import io.flagstone.bench.fork.Origin;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The report of the command {@code agreement}. */
@Tag("any-jdk")
class AgreementReportTest {
    private static final AgreementFigure PUT =
            new AgreementFigure(
                    "putP50Ns",
                    "round trip of a put, p50",
                    Unit.MICROSECONDS,
                    List.of(300_000.0, 100_000.0, 250_400.0));

    private static AgreementReport report(long lost, String failure) {
        final AgreementResult measured =
                new AgreementResult(
                        AgreementSystem.FLAGSTONE,
                        Map.of("log", "kept"),
                        List.of(PUT),
                        1_234,
                        lost,
                        0,
                        lost == 0 ? List.of() : List.of("key 7 has 1 instead of 2"),
                        null);
        final AgreementResult missing =
                new AgreementResult(
                        AgreementSystem.JGROUPS_RAFT,
                        Map.of("log", "cut"),
                        List.of(),
                        0,
                        0,
                        0,
                        List.of(),
                        failure);
        return new AgreementReport(
                List.of(measured, missing), Origin.of("java command", new Load()));
    }

    @Test
    void aFigureHasTheMedianAndTheRangeOfItsRounds() {
        assertThat(PUT.median()).isEqualTo(250_400);
        assertThat(PUT.lowest()).isEqualTo(100_000);
        assertThat(PUT.highest()).isEqualTo(300_000);
        assertThat(new AgreementFigure("k", "t", Unit.PER_SECOND, List.of(1.0, 2.0)).median())
                .isEqualTo(2);
        assertThat(Unit.MILLISECONDS.format(1_234_567_890)).isEqualTo("1,235 ms");
        assertThat(Unit.PER_SECOND.format(45_678.4)).isEqualTo("45,678/s");
    }

    @Test
    void theTextHasRangesSettingsAndReasons() {
        final StringWriter text = new StringWriter();
        report(1, "no jar").print(new PrintWriter(text));

        assertThat(text.toString())
                .containsPattern(
                        "round trip of a put, p50 +flagstone +250 \u00b5s +100 \u00b5s +300"
                                + " \u00b5s")
                .contains(
                        "flagstone: 1,234 puts were acknowledged, 1 values lost, 0 members unequal",
                        "flagstone: key 7 has 1 instead of 2",
                        "jgroups-raft: not measured: no jar",
                        "flagstone, log: kept",
                        "jgroups-raft, log: cut")
                .doesNotContain("jgroups-raft: 0 puts");
    }

    @Test
    void jsonHasNumbersAndNoTexts() {
        final JsonObject root =
                JsonParser.parseString(report(0, "no jar").json()).getAsJsonObject();

        final JsonObject measured = root.getAsJsonArray("figures").get(0).getAsJsonObject();
        assertThat(measured.get("acknowledged").getAsJsonPrimitive().isNumber()).isTrue();
        assertThat(measured.get("failure").isJsonNull()).isTrue();
        assertThat(measured.getAsJsonObject("settings").get("log").getAsString()).isEqualTo("kept");
        final JsonObject put = measured.getAsJsonObject("putP50Ns");
        assertThat(put.get("median").getAsJsonPrimitive().isNumber()).isTrue();
        assertThat(put.get("lowest").getAsDouble()).isEqualTo(100_000);
        assertThat(put.get("highest").getAsDouble()).isEqualTo(300_000);
        assertThat(put.getAsJsonArray("rounds").get(1).getAsDouble()).isEqualTo(100_000);
        final JsonObject missing = root.getAsJsonArray("figures").get(1).getAsJsonObject();
        assertThat(missing.get("failure").getAsString()).isEqualTo("no jar");
        assertThat(missing.has("putP50Ns")).isFalse();
    }

    @Test
    void aLostValueAndAnUnequalMemberAreNotWhole() {
        assertThat(report(0, null).results().get(0).isWhole()).isTrue();
        assertThat(report(1, null).results().get(0).isWhole()).isFalse();
        assertThat(
                        new AgreementResult(
                                        AgreementSystem.FLAGSTONE,
                                        Map.of(),
                                        List.of(),
                                        1,
                                        0,
                                        1,
                                        List.of(),
                                        null)
                                .isWhole())
                .isFalse();
    }
}
