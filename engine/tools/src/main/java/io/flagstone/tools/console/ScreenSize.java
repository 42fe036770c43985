// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The size of a terminal.
 *
 * @param columns the width in characters.
 * @param lines the height.
 */
public record ScreenSize(int columns, int lines) {
    /** The usual size of a terminal. */
    public static final ScreenSize DEFAULT = new ScreenSize(80, 24);

    private static final long PATIENCE_MS = 1_000;

    /**
     * Returns the size of the terminal of this process: the environment's {@code COLUMNS} and
     * {@code LINES}, otherwise the output of {@code stty size}.
     *
     * @param otherwise the size if the terminal does not tell its own.
     * @return the size at the moment.
     */
    public static ScreenSize ofTerminal(ScreenSize otherwise) {
        return of(System.getenv("COLUMNS"), System.getenv("LINES"), ScreenSize::stty, otherwise);
    }

    /** Returns the size from these sources. Asks stty only if a variable is missing. */
    static ScreenSize of(
            String columns, String lines, Supplier<String> stty, ScreenSize otherwise) {
        final int width = parse(columns);
        final int height = parse(lines);
        if (width > 0 && height > 0) {
            return new ScreenSize(width, height);
        }
        final String[] size = stty.get().trim().split(" ");
        final int rows = size.length == 2 ? parse(size[0]) : 0;
        final int cells = size.length == 2 ? parse(size[1]) : 0;
        return new ScreenSize(
                first(width, cells, otherwise.columns), first(height, rows, otherwise.lines));
    }

    private static int first(int wanted, int measured, int otherwise) {
        if (wanted > 0) {
            return wanted;
        }
        return measured > 0 ? measured : otherwise;
    }

    /** Returns a number, or 0 if it is none of up to five digits. */
    private static int parse(String number) {
        return number != null && number.matches("\\d{1,5}") ? Integer.parseInt(number) : 0;
    }

    /** Returns the terminal's lines and columns, or an empty string. */
    private static String stty() {
        try {
            final Process process =
                    new ProcessBuilder("stty", "size")
                            .redirectInput(new File("/dev/tty"))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return "";
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        } catch (final IOException noTerminal) {
            return "";
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
