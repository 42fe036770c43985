// SPDX-License-Identifier: Apache-2.0
/**
 * Output of command lines. The benchmarks use this package, too. It is not exported.
 *
 * <p>{@link io.flagstone.tools.console.TextTable}, {@link io.flagstone.tools.console.Units} and
 * {@link io.flagstone.tools.console.Json} format output. {@link io.flagstone.tools.console.Refusal}
 * prints errors of the command line. {@link io.flagstone.tools.console.Terminal} detects a
 * terminal, {@link io.flagstone.tools.console.ScreenSize} measures it, and {@link
 * io.flagstone.tools.console.Frames} draws on it.
 */
package io.flagstone.tools.console;
