// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

/**
 * The entries that a recovery found.
 *
 * @param kept the entries that the segment holds now.
 * @param expired the entries whose deadline had passed.
 * @param dropped the entries that an operation under way had left unfinished, or was removing.
 */
public record RecoveryCounts(long kept, long expired, long dropped) {}
