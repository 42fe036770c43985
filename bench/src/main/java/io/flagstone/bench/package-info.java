// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks and trace replay. This package holds the commands and their options; the packages
 * below it do the work. All packages use the same words:
 *
 * <ul>
 *   <li>A <i>contender</i> is a cache, a map or a floor that is measured.
 *   <li>A {@code Plan} says what a command measures.
 *   <li>A {@code Run} measures all of it: contenders alternate, each in a fresh JVM. A {@code
 *       PairedRun} alternates two sides in one JVM.
 *   <li>A {@code Fork} is the main class of such a JVM; it takes a request and gives a {@code
 *       Reply}.
 *   <li>A {@code Figure} is the result for one contender in one configuration. A replay has a
 *       {@code ReplayResult} instead.
 *   <li>A {@code Report} shows all figures of a command as text, as JSON and as a page.
 * </ul>
 */
package io.flagstone.bench;
