// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The color, the dashes and the marker by which a reader tells one series from the others. Every
 * contender has a look of its own, which is the same in all charts and tables. The colors are in
 * {@code chart.css}, one for light and one for dark pages; no two series differ by color alone.
 */
public enum Look {
    /** Flagstone. */
    FLAGSTONE("", Marker.CIRCLE),
    /** Flagstone in exact LRU order. */
    FLAGSTONE_EXACT("7 3", Marker.RING),
    /** Flagstone with keys in buffers. */
    FLAGSTONE_BYTES("2 3", Marker.DOT),
    /** Caffeine. */
    CAFFEINE("", Marker.SQUARE),
    /** OHC. */
    OHC("", Marker.TRIANGLE),
    /** OHC with memory in chunks. */
    OHC_CHUNKED("7 3", Marker.TRIANGLE_DOWN),
    /** Chronicle Map. */
    CHRONICLE_MAP("", Marker.DIAMOND),
    /** Ehcache. */
    EHCACHE("", Marker.PLUS),
    /** MapDB. */
    MAPDB("", Marker.CROSS),
    /** The JDK's concurrent map. */
    CHM("7 3", Marker.SQUARE),
    /** The JDK's linked map. */
    LINKED_HASH_MAP("7 3", Marker.DIAMOND),
    /** The floor of reads that wait for each other. */
    FLOOR_LATENCY("5 3", Marker.BAR),
    /** The floor of reads that overlap. */
    FLOOR_THROUGHPUT("1 3", Marker.BAR),
    /** The ideal cache. */
    IDEAL_LRU("9 3 2 3", Marker.CROSS),
    /** A sum, or the whole of which other series are parts. */
    SUM("9 3 2 3", Marker.RING),
    /** Caffeine without other threads. */
    CAFFEINE_CALLER("2 3", Marker.SQUARE);

    private static final List<Look> NUMBERED =
            List.of(FLAGSTONE, CAFFEINE, OHC, CHRONICLE_MAP, EHCACHE, MAPDB);

    private final String dashes;
    private final Marker marker;

    Look(String dashes, Marker marker) {
        this.dashes = dashes;
        this.marker = marker;
    }

    /**
     * Returns the look of a contender.
     *
     * @param title the contender's name in reports, such as {@code chronicle-map}.
     * @return its look, or that of a sum if no contender has that name.
     */
    public static Look of(String title) {
        return Arrays.stream(values())
                .filter(look -> look.title().equals(title))
                .findFirst()
                .orElse(SUM);
    }

    /**
     * Returns a look for a series that is no contender.
     *
     * @param number the number of the series in its chart, from 0; looks repeat from 6 on.
     * @return the look.
     */
    public static Look numbered(int number) {
        return NUMBERED.get(number % NUMBERED.size());
    }

    private String title() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Returns the class in {@code chart.css} that sets the color. */
    String cssClass() {
        return "k" + ordinal();
    }

    /** Returns the lengths of dashes and gaps, empty for a solid line. */
    String dashes() {
        return dashes;
    }

    /** Returns the outline of the marker around a point, as the data of an SVG path. */
    String marker(double x, double y) {
        return "M" + Svg.number(x) + " " + Svg.number(y) + marker.path;
    }

    /** Returns whether the marker is an outline that is not filled. */
    boolean hollow() {
        return marker.hollow;
    }

    private enum Marker {
        CIRCLE("m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", false),
        RING("m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", true),
        DOT("m-2.5 0a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z", false),
        SQUARE("m-3.5 -3.5h7v7h-7z", false),
        TRIANGLE("m0 -4.5l4.5 8h-9z", false),
        TRIANGLE_DOWN("m0 4.5l4.5 -8h-9z", false),
        DIAMOND("m0 -5l4.5 5l-4.5 5l-4.5 -5z", false),
        PLUS("m-4.5 0h9m-4.5 -4.5v9", true),
        CROSS("m-3.5 -3.5l7 7m0 -7l-7 7", true),
        BAR("m-4.5 0h9", true);

        private final String path;
        private final boolean hollow;

        Marker(String path, boolean hollow) {
            this.path = path;
            this.hollow = hollow;
        }
    }
}
