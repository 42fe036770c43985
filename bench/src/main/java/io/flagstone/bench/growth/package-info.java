// SPDX-License-Identifier: Apache-2.0
/**
 * The cost of a contender in memory and time as its number of entries grows.
 *
 * <p>A run starts a fresh JVM for each contender and size, whose main class is a fork. Figures
 * collect the replies, and tables report them. Timers are measured in the same way.
 */
package io.flagstone.bench.growth;
