// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

/**
 * A line of a chart.
 *
 * @param name the name in the legend.
 * @param look color, dashes and marker.
 * @param x the positions, ascending.
 * @param y the values, as many as positions.
 * @param low the low end of each whisker, as many as positions; NaN where there is none.
 * @param high the high end of each whisker, as many as positions; NaN where there is none.
 * @param form how the points are drawn.
 */
public record Line(
        String name, Look look, double[] x, double[] y, double[] low, double[] high, Form form) {
    /**
     * Creates a line without whiskers.
     *
     * @param name the name in the legend.
     * @param look color, dashes and marker.
     * @param x the positions, ascending.
     * @param y the values, as many as positions.
     * @param form how the points are drawn.
     */
    public Line(String name, Look look, double[] x, double[] y, Form form) {
        this(name, look, x, y, new double[0], new double[0], form);
    }

    boolean hasWhisker(int i) {
        return i < low.length && low[i] <= y[i] && y[i] <= high[i];
    }

    /** How the points of a line are drawn. */
    public enum Form {
        /** A line with a marker at each point. */
        MARKED(1),
        /** A line with a marker at the first of each {@link #SPARSE_STEP} points. */
        SPARSE(Form.SPARSE_STEP),
        /** A line alone, for many points. */
        PLAIN(Integer.MAX_VALUE),
        /** A thin line with the area below it. */
        AREA(Integer.MAX_VALUE);

        /** The number of points for each marker of {@link #SPARSE}. */
        public static final int SPARSE_STEP = 24;

        private final int step;

        Form(int step) {
            this.step = step;
        }

        boolean marks(int point) {
            return point > 0 && point % step == 0 || step == 1;
        }

        boolean hasMarkers() {
            return step < Integer.MAX_VALUE;
        }
    }
}
