/** Which keys a benchmark asks for, and in which order. */
package io.flagstone.bench.keys;
