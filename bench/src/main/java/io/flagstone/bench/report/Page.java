// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An HTML page that loads no other file. Escapes all text that it is given. Follows the dark mode
 * of the reader's system; wide tables and charts scroll inside their section.
 */
public final class Page {
    private static final int FEW_SECTIONS = 4;
    private static final String PART = ", ";

    private final StringBuilder head = new StringBuilder(1 << 13);
    private final StringBuilder body = new StringBuilder(1 << 18);
    private final List<String> headings = new ArrayList<>();

    /**
     * Begins a page.
     *
     * @param title the title of the window.
     * @param heading the heading of the page.
     * @param subheading the line below the heading.
     * @throws IOException if the style sheet is missing from the jar.
     */
    public Page(String title, String heading, String subheading) throws IOException {
        head.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        head.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        head.append("<title>").append(Html.escape(title)).append("</title>\n<style>\n");
        head.append(Styles.page()).append("</style>\n</head>\n<body>\n<main>\n");
        head.append("<header><h1>").append(Html.escape(heading)).append("</h1><p>");
        head.append(Html.escape(subheading)).append("</p></header>\n");
    }

    /**
     * Begins a section.
     *
     * @param heading the heading.
     * @param text a paragraph below the heading, or an empty string.
     * @return this.
     */
    public Page section(String heading, String text) {
        headings.add(heading);
        body.append("<section id=\"s").append(headings.size()).append("\">\n<h2>");
        body.append(Html.escape(heading)).append("</h2>\n");
        return text.isEmpty() ? this : paragraph(text);
    }

    /**
     * Ends a section.
     *
     * @return this.
     */
    public Page endSection() {
        body.append("</section>\n");
        return this;
    }

    /**
     * Begins a part of a section that the reader unfolds.
     *
     * @param summary the line that is always shown.
     * @return this.
     */
    public Page details(String summary) {
        body.append("<details>\n<summary>").append(Html.escape(summary)).append("</summary>\n");
        return this;
    }

    /**
     * Ends a part of a section that the reader unfolds.
     *
     * @return this.
     */
    public Page endDetails() {
        body.append("</details>\n");
        return this;
    }

    /**
     * Begins two sections side by side, which are below each other on a narrow screen.
     *
     * @return this.
     */
    public Page pair() {
        body.append("<div class=\"pair\">\n");
        return this;
    }

    /**
     * Ends two sections side by side.
     *
     * @return this.
     */
    public Page endPair() {
        body.append("</div>\n");
        return this;
    }

    /**
     * Adds a paragraph.
     *
     * @param text the text of the paragraph.
     * @return this.
     */
    public Page paragraph(String text) {
        body.append("<p>").append(Html.escape(text)).append("</p>\n");
        return this;
    }

    /**
     * Adds warnings, which are set off from the text.
     *
     * @param texts the warnings; may be empty.
     * @return this.
     */
    public Page warnings(List<String> texts) {
        for (final String text : texts) {
            body.append("<p class=\"warning\">").append(Html.escape(text)).append("</p>\n");
        }
        return this;
    }

    /**
     * Adds a list.
     *
     * @param items the items; if there are none, nothing is added.
     * @return this.
     */
    public Page list(List<String> items) {
        if (!items.isEmpty()) {
            body.append("<ul>\n");
            items.forEach(item -> body.append("<li>").append(Html.escape(item)).append("</li>\n"));
            body.append("</ul>\n");
        }
        return this;
    }

    /**
     * Adds preformatted lines, such as a command.
     *
     * @param lines the lines.
     * @return this.
     */
    public Page code(String lines) {
        body.append("<pre>").append(Html.escape(lines)).append("</pre>\n");
        return this;
    }

    /**
     * Adds names with their values, such as the properties of a machine.
     *
     * @param facts the names and values.
     * @return this.
     */
    public Page facts(List<Fact> facts) {
        body.append("<dl>\n");
        for (final Fact fact : facts) {
            body.append("<dt>").append(Html.escape(fact.name())).append("</dt><dd>");
            body.append(Html.escape(fact.value())).append("</dd>\n");
        }
        body.append("</dl>\n");
        return this;
    }

    /**
     * Adds large numbers side by side.
     *
     * @param figures the numbers with their names.
     * @return this.
     */
    public Page figures(List<Figure> figures) {
        body.append("<div class=\"figures\">\n");
        for (final Figure figure : figures) {
            body.append("<div class=\"figure").append(figure.verdict().mark).append("\"><b>");
            body.append(Html.escape(figure.value())).append("</b><span>");
            body.append(Html.escape(figure.name())).append("</span></div>\n");
        }
        body.append("</div>\n");
        return this;
    }

    /**
     * Adds a chart.
     *
     * @param picture the chart.
     * @return this.
     */
    public Page chart(Picture picture) {
        final boolean wide = picture.width() > 500;
        body.append(wide ? "<div class=\"scroll wide\" tabindex=\"0\">\n" : "<div>\n");
        body.append(picture.element()).append("\n</div>\n");
        return this;
    }

    /**
     * Adds a table with its caption.
     *
     * @param table the table.
     * @return this.
     */
    public Page table(Table table) {
        body.append("<p class=\"caption\">").append(Html.escape(table.caption())).append("</p>\n");
        table.appendTo(body);
        return this;
    }

    /**
     * Ends the page. A page of many sections gets a list of them.
     *
     * @param footer the text of the footer.
     * @return the whole page.
     */
    public String render(String footer) {
        final StringBuilder page = new StringBuilder(head);
        if (headings.size() > FEW_SECTIONS) {
            contents(page);
        }
        page.append(body).append("<footer>").append(Html.escape(footer)).append("</footer>\n");
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    /** Appends links to the sections. Parts that the longer headings share are left out. */
    private void contents(StringBuilder page) {
        final Set<String> shared = new HashSet<>();
        headings.stream()
                .map(Page::parts)
                .filter(parts -> parts.size() > 1)
                .forEach(
                        parts -> {
                            if (shared.isEmpty()) {
                                shared.addAll(parts);
                            }
                            shared.retainAll(parts);
                        });
        page.append("<nav>On this page:\n");
        for (int i = 0; i < headings.size(); i++) {
            final String own =
                    parts(headings.get(i)).stream()
                            .filter(part -> !shared.contains(part))
                            .collect(Collectors.joining(PART));
            page.append("<a href=\"#s").append(i + 1).append("\">");
            page.append(Html.escape(own.isEmpty() ? headings.get(i) : own)).append("</a>\n");
        }
        page.append("</nav>\n");
    }

    private static List<String> parts(String heading) {
        return List.of(heading.split(PART));
    }

    /**
     * A name with its value.
     *
     * @param name the name.
     * @param value the value.
     */
    public record Fact(String name, String value) {}

    /**
     * A large number.
     *
     * @param value the number.
     * @param name what it counts.
     * @param verdict whether the number is good or bad.
     */
    public record Figure(String value, String name, Verdict verdict) {
        /**
         * Creates a number that is neither good nor bad.
         *
         * @param value the number.
         * @param name what it counts.
         */
        public Figure(String value, String name) {
            this(value, name, Verdict.NONE);
        }
    }

    /** The judgement of a number. */
    public enum Verdict {
        /** None. */
        NONE(""),
        /** As it should be. */
        GOOD(" good"),
        /** Not as it should be. */
        BAD(" bad");

        private final String mark;

        Verdict(String mark) {
            this.mark = mark;
        }

        /**
         * Returns the verdict of a condition.
         *
         * @param good whether all is as it should be.
         * @return good or bad.
         */
        public static Verdict of(boolean good) {
            return good ? GOOD : BAD;
        }
    }
}
