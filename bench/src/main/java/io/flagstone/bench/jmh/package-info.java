/** JMH benchmarks. */
package io.flagstone.bench.jmh;
