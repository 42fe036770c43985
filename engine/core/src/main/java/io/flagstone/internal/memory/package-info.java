// SPDX-License-Identifier: Apache-2.0
/**
 * Raw memory: the region each segment lives in, and the only code that reaches {@code UnsafeApi};
 * and the check that audits of it are made of.
 */
package io.flagstone.internal.memory;
