/**
 * Raw memory: the region each segment lives in, and the only code that reaches {@code UnsafeApi}.
 */
package io.flagstone.memory;
