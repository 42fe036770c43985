// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An HTML page that loads no other file. Escapes all text that it is given. */
public final class Page {
    private static final String STYLE = "report.css";

    private final StringBuilder page = new StringBuilder(1 << 18);

    /**
     * Begins a page.
     *
     * @param title the title of the window.
     * @param heading the heading of the page.
     * @param subheading the line below the heading.
     * @throws IOException if the style sheet is missing from the jar.
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
     * @param heading the heading.
     * @param text a paragraph below the heading, or an empty string.
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
     * @param text the text of the paragraph.
     * @return this.
     */
    public Page paragraph(String text) {
        page.append("<p>").append(Html.escape(text)).append("</p>\n");
        return this;
    }

    /**
     * Adds preformatted lines, such as a command.
     *
     * @param lines the lines.
     * @return this.
     */
    public Page code(String lines) {
        page.append("<pre>").append(Html.escape(lines)).append("</pre>\n");
        return this;
    }

    /**
     * Adds a chart.
     *
     * @param svg an {@code svg} element from one of the charts; not escaped.
     * @return this.
     */
    public Page chart(String svg) {
        page.append(svg).append('\n');
        return this;
    }

    /**
     * Adds a table. The first column is text; the others are numbers and right-aligned.
     *
     * @param head the titles of the columns.
     * @param rows the rows, each with as many cells as there are columns.
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
     * Returns the page's markup for callers that append markup. They must escape text themselves.
     *
     * @return the markup so far.
     */
    public StringBuilder markup() {
        return page;
    }

    /**
     * Ends the page.
     *
     * @param footer the text of the footer.
     * @return the whole page.
     */
    public String render(String footer) {
        page.append("<footer>").append(Html.escape(footer)).append("</footer>\n");
        return page.append("</main>\n</body>\n</html>\n").toString();
    }
}
