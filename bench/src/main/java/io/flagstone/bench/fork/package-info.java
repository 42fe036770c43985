/** Measurements in fresh JVMs, one after the other. */
package io.flagstone.bench.fork;
