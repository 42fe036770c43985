// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks and trace replay. This package holds the commands; each command has a package of its
 * own, and all packages use the same words:
 *
 * <ul>
 *   <li>A <i>contender</i> is a cache, a map or a floor that is measured.
 *   <li>A {@code Plan} says what a command measures.
 *   <li>A {@code Run} measures all of it: contenders alternate, each in a fresh JVM.
 *   <li>A {@code Fork} is the main class of such a JVM; it takes a {@code Request} and gives a
 *       {@code Reply}.
 *   <li>A {@code Figure} is the result for one contender in one configuration.
 *   <li>A {@code Report} shows all figures of a command as text, as JSON and as a page.
 * </ul>
 */
package io.flagstone.bench;
