// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.bench.contender.ContenderType;
import org.junit.jupiter.api.Test;

class SamplesTest {
    private static final Scale SCALE = new Scale(1000, 64, "uniform", 2);

    @Test
    void figuresAreMediansAndExtremesOfAllIterations() {
        final Samples samples = new Samples();
        samples.add(new double[] {30, 10, 20}, 16);
        samples.add(new double[] {50, 40}, 24);
        samples.add(null, 0);

        final CompareFigure figure = figure(samples, null);

        assertThat(figure.nsPerOp()).isEqualTo(30);
        assertThat(figure.low()).isEqualTo(10);
        assertThat(figure.high()).isEqualTo(50);
        assertThat(figure.bytesPerOp()).isEqualTo(20);
        assertThat(figure.samples()).isEqualTo(5);
        assertThat(figure.rounds()).isEqualTo(2);
        assertThat(figure.opsPerSecond()).isEqualTo(2e9 / 30);
        assertThat(figure.ratio()).isNaN();
        assertThat(figure.isMeasured()).isTrue();
    }

    @Test
    void oneRoundHasNoRange() {
        final Samples samples = new Samples();
        samples.add(new double[] {30, 10, 20}, 16);

        final CompareFigure figure = figure(samples, samples);

        assertThat(figure.nsPerOp()).isEqualTo(20);
        assertThat(figure.low()).isNaN();
        assertThat(figure.high()).isNaN();
        assertThat(figure.ratio()).isEqualTo(1);
        assertThat(figure.ratioLow()).isNaN();
        assertThat(figure.ratioHigh()).isNaN();
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        final Samples ours = new Samples();
        ours.add(new double[] {10, 10, 10}, 0);
        ours.add(new double[] {20, 20, 20}, 0);
        ours.add(new double[] {30, 30, 30}, 0);
        final Samples theirs = new Samples();
        theirs.add(new double[] {20, 99, 20}, 0);
        theirs.add(null, 0);
        theirs.add(new double[] {90, 90, 90}, 0);

        final CompareFigure figure = figure(theirs, ours);

        assertThat(figure.verdict()).isEqualTo("slower");
        assertThat(figure.ratioLow()).isEqualTo(2);
        assertThat(figure.ratioHigh()).isEqualTo(3);
        assertThat(figure.ratio()).isEqualTo(90 / 20.0);
    }

    @Test
    void aVerdictNeedsRoundsThatAgree() {
        final Samples ours = new Samples();
        ours.add(new double[] {10}, 0);
        ours.add(new double[] {20}, 0);
        final Samples theirs = new Samples();
        theirs.add(new double[] {9}, 0);
        theirs.add(new double[] {18}, 0);

        assertThat(figure(theirs, ours).verdict()).isEqualTo("faster");
        ours.add(new double[] {10}, 0);
        theirs.add(new double[] {11}, 0);
        assertThat(figure(theirs, ours).verdict()).isEqualTo("undecided");
    }

    private static CompareFigure figure(Samples samples, Samples ours) {
        return samples.figure(Measurement.GET, ContenderType.CHM, SCALE, ours);
    }
}
