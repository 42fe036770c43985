// SPDX-License-Identifier: Apache-2.0
/**
 * Measurements in fresh JVMs, one after another.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.fork.Fork} runs a main class in a fresh JVM.
 *   <li>{@link io.flagstone.bench.fork.Machine} describes the machine for reports.
 * </ul>
 */
package io.flagstone.bench.fork;
