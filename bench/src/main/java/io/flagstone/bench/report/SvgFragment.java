// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Turns an SVG file into an element of a page: drops the file's header, makes the names of clip
 * paths unique within the page, and rounds coordinates to two decimal places.
 */
final class SvgFragment {
    private static final Pattern OPENING = Pattern.compile("<svg [^>]*>");
    private static final Pattern VIEW_BOX = Pattern.compile("viewBox=\"[^\"]*\"");
    private static final Pattern LONG_NUMBER = Pattern.compile("-?[0-9]+\\.[0-9]{3,}");
    private static final Pattern CLIP = Pattern.compile("(id=\"|url\\(#)clip");
    private static final Pattern INDENT = Pattern.compile("\n\\s*");

    private SvgFragment() {}

    static String of(String file, String id, String label) {
        final Matcher opening = OPENING.matcher(file);
        if (!opening.find()) {
            throw new IllegalArgumentException("not an SVG file");
        }
        final Matcher box = VIEW_BOX.matcher(opening.group());
        if (!box.find()) {
            throw new IllegalArgumentException("the SVG file has no viewBox");
        }
        final String begin =
                "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\""
                        + Html.escape(label)
                        + "\" "
                        + box.group()
                        + ">";
        final String content = file.substring(opening.end());
        final String named = CLIP.matcher(content).replaceAll("$1" + id + "-clip");
        final String rounded = LONG_NUMBER.matcher(named).replaceAll(SvgFragment::round);
        return begin + INDENT.matcher(rounded.strip()).replaceAll("\n");
    }

    private static String round(MatchResult number) {
        final String text = String.format(Locale.ROOT, "%.2f", Double.parseDouble(number.group()));
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }
}
