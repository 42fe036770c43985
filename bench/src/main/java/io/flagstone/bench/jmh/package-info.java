// SPDX-License-Identifier: Apache-2.0
/**
 * JMH benchmarks.
 *
 * <p>{@link io.flagstone.bench.jmh.ContenderBenchmark} compares contenders; the others measure
 * parts of the engine.
 */
package io.flagstone.bench.jmh;
