// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A page that needs nothing but itself to be read or printed. All text given to it is escaped. */
public final class Page {
    private static final String STYLE = "report.css";

    private final StringBuilder page = new StringBuilder(1 << 18);

    /**
     * Begins a page.
     *
     * @param title of the window.
     * @param heading on the page.
     * @param subheading a line below it.
     * @throws IOException where the style is missing.
     */
    public Page(String title, String heading, String subheading) throws IOException {
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.append("<title>").append(Html.escape(title)).append("</title>\n");
        page.append("<style>\n").append(style()).append("</style>\n</head>\n<body>\n<main>\n");
        page.append("<header><h1>").append(Html.escape(heading)).append("</h1><p>");
        page.append(Html.escape(subheading)).append("</p></header>\n");
    }

    private static String style() throws IOException {
        try (InputStream in = Page.class.getResourceAsStream(STYLE)) {
            if (in == null) {
                throw new IOException("resource " + STYLE + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * Begins a section.
     *
     * @param heading its heading.
     * @param text what is to be known about it; empty for nothing.
     * @return this.
     */
    public Page section(String heading, String text) {
        page.append("<section>\n<h2>").append(Html.escape(heading)).append("</h2>\n");
        return text.isEmpty() ? this : paragraph(text);
    }

    /**
     * Ends a section.
     *
     * @return this.
     */
    public Page endSection() {
        page.append("</section>\n");
        return this;
    }

    /**
     * Adds a paragraph.
     *
     * @param text what it says.
     * @return this.
     */
    public Page paragraph(String text) {
        page.append("<p>").append(Html.escape(text)).append("</p>\n");
        return this;
    }

    /**
     * Adds lines as they would be typed.
     *
     * @param lines what is typed.
     * @return this.
     */
    public Page code(String lines) {
        page.append("<pre>").append(Html.escape(lines)).append("</pre>\n");
        return this;
    }

    /**
     * Adds a chart.
     *
     * @param svg an {@code svg} element, as the charts make it.
     * @return this.
     */
    public Page chart(String svg) {
        page.append(svg).append('\n');
        return this;
    }

    /**
     * Adds a table; all columns but the first are numbers, to the right.
     *
     * @param head the columns' titles.
     * @param rows as many cells each.
     * @return this.
     */
    public Page table(List<String> head, List<List<String>> rows) {
        page.append("<table>\n<thead>");
        row(head);
        page.append("</thead>\n<tbody>\n");
        rows.forEach(this::row);
        page.append("</tbody>\n</table>\n");
        return this;
    }

    private void row(List<String> cells) {
        page.append("<tr>");
        for (int i = 0; i < cells.size(); i++) {
            page.append(i == 0 ? "<th>" : "<td class=\"n\">").append(Html.escape(cells.get(i)));
            page.append(i == 0 ? "</th>" : "</td>");
        }
        page.append("</tr>\n");
    }

    /**
     * Returns the page's markup, for a caller that appends its own. The caller escapes its text.
     *
     * @return the markup so far.
     */
    public StringBuilder markup() {
        return page;
    }

    /**
     * Ends the page.
     *
     * @param footer small print.
     * @return the whole of it.
     */
    public String render(String footer) {
        page.append("<footer>").append(Html.escape(footer)).append("</footer>\n");
        return page.append("</main>\n</body>\n</html>\n").toString();
    }
}
