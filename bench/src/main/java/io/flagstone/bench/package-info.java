/** Benchmarks and trace replay. */
package io.flagstone.bench;
