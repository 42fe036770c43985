/** Concurrency stress tests. */
package io.flagstone.stress;
