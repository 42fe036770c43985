// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/** The report of one command, in the forms in which it can be read. */
public interface Report {
    /**
     * Prints the report as text and flushes the writer.
     *
     * @param out the writer for the text.
     */
    void print(PrintWriter out);

    /**
     * Renders the report for machines.
     *
     * @return a JSON object that ends with a newline.
     */
    String json();

    /**
     * Renders the report as a page with charts and tables.
     *
     * @return the page.
     * @throws IOException if a chart cannot be drawn.
     */
    String html() throws IOException;

    /**
     * Draws the charts of the page.
     *
     * @return the charts, each with a name of its own.
     */
    default List<Picture> pictures() {
        return List.of();
    }
}
