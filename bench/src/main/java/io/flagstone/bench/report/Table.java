// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A table of a page, below a sentence that says what its numbers mean. The first column is text;
 * the others are numbers and right-aligned, unless they are declared as text.
 */
public final class Table {
    private static final String OURS = "flagstone";

    private final String caption;
    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();
    private final Set<Integer> textColumns = new HashSet<>();
    private final List<Double> shares = new ArrayList<>();
    private boolean contenders;
    private boolean longNames;
    private boolean sum;

    /**
     * Creates a table without rows.
     *
     * @param caption what the numbers mean and their unit.
     * @param head the titles of the columns.
     */
    public Table(String caption, List<String> head) {
        this.caption = caption;
        this.head = head;
        textColumns.add(0);
    }

    /**
     * Adds rows.
     *
     * @param added the rows, each with as many cells as there are columns.
     * @return this.
     */
    public Table rows(List<List<String>> added) {
        rows.addAll(added);
        return this;
    }

    /**
     * Declares a column as text.
     *
     * @param column the number of the column, from 0.
     * @return this.
     */
    public Table text(int column) {
        textColumns.add(column);
        return this;
    }

    /**
     * Declares the first column as names of contenders: each gets its color, and Flagstone's rows
     * are set off.
     *
     * @return this.
     */
    public Table contenders() {
        contenders = true;
        return this;
    }

    /**
     * Declares that the first column may be broken, because it is as wide as a narrow screen.
     *
     * @return this.
     */
    public Table longNames() {
        longNames = true;
        return this;
    }

    /**
     * Declares the last row as the sum of the others.
     *
     * @return this.
     */
    public Table sum() {
        sum = true;
        return this;
    }

    /**
     * Adds a column of bars.
     *
     * @param percent the length of each row's bar; rows after the last one have none.
     * @return this.
     */
    public Table shares(List<Double> percent) {
        shares.addAll(percent);
        return this;
    }

    /** Returns the sentence above the table. */
    String caption() {
        return caption;
    }

    /** Appends the element. */
    void appendTo(StringBuilder page) {
        page.append("<div class=\"scroll\" tabindex=\"0\">\n<table");
        page.append(longNames ? " class=\"long\">\n" : ">\n");
        page.append("<thead><tr>");
        for (int i = 0; i < head.size(); i++) {
            cell(page, "th", i, Html.escape(head.get(i)));
        }
        page.append(shares.isEmpty() ? "" : "<th></th>").append("</tr></thead>\n");
        page.append("<tbody>\n");
        for (int i = 0; i < rows.size(); i++) {
            row(page, i);
        }
        page.append("</tbody>\n</table>\n</div>\n");
    }

    private void row(StringBuilder page, int number) {
        final List<String> cells = rows.get(number);
        final boolean last = sum && number == rows.size() - 1;
        final boolean ours = contenders && cells.get(0).startsWith(OURS);
        page.append(last ? "<tr class=\"sum\">" : ours ? "<tr class=\"ours\">" : "<tr>");
        for (int i = 0; i < cells.size(); i++) {
            final String text = Html.escape(cells.get(i));
            cell(page, i == 0 ? "th" : "td", i, i == 0 ? chip(cells.get(0)) + text : text);
        }
        if (number < shares.size()) {
            page.append("<td class=\"share\"><i style=\"width:");
            page.append(Svg.number(shares.get(number))).append("%\"></i></td>");
        } else if (!shares.isEmpty()) {
            page.append("<td></td>");
        }
        page.append("</tr>\n");
    }

    private String chip(String contender) {
        return contenders ? "<i class=\"chip " + Look.of(contender).cssClass() + "\"></i>" : "";
    }

    private void cell(StringBuilder page, String element, int column, String markup) {
        page.append('<').append(element);
        page.append(textColumns.contains(column) ? ">" : " class=\"n\">");
        page.append(markup).append("</").append(element).append('>');
    }
}
