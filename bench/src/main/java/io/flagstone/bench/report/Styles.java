// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads the style sheets of pages and of charts, which are resources of this package. */
final class Styles {
    private static final String PAGE = "report.css";
    private static final String CHART = "chart.css";

    private Styles() {}

    /** Returns the style of a page with its charts. */
    static String page() throws IOException {
        return read(PAGE) + read(CHART);
    }

    /** Returns the style of a chart without a page. */
    static String chart() throws IOException {
        return read(CHART);
    }

    private static String read(String name) throws IOException {
        try (InputStream in = Styles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
