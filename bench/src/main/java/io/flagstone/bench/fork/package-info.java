// SPDX-License-Identifier: Apache-2.0
/**
 * Fresh JVMs: for measurements, one after another, and for runs of several processes.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.fork.Fork} runs a main class in a fresh JVM to its end.
 *   <li>{@link io.flagstone.bench.fork.LiveFork} is a JVM to which this process talks while it
 *       runs.
 *   <li>{@link io.flagstone.bench.fork.Machine} describes the machine for reports.
 * </ul>
 */
package io.flagstone.bench.fork;
