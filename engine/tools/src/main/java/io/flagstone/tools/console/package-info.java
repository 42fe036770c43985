// SPDX-License-Identifier: Apache-2.0
/**
 * Output of command lines: tables, units, JSON, refusals, and whether a person is watching.
 *
 * <p>The benchmarks use this package, too. It is not exported.
 */
package io.flagstone.tools.console;
