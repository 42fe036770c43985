// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

/** Escapes text for HTML and XML. */
public final class Html {
    private Html() {}

    /**
     * Replaces the five characters that have a meaning in markup.
     *
     * @param text any text.
     * @return the text, safe in an element or a quoted attribute.
     */
    public static String escape(String text) {
        final StringBuilder escaped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            final char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
