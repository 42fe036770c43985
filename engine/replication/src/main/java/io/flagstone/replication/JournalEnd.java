// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

/** Why a recovery ended. */
public enum JournalEnd {
    /** There is no checkpoint that can be used. The cache is empty. */
    NO_CHECKPOINT,
    /** Everything that was recorded was applied. */
    END_OF_RECORDING,
    /** The archive could not replay more: its files are damaged or missing. */
    DAMAGED,
    /** The feed of the lost cache had lost changes. */
    GAP,
    /** The number of a change is not the next. */
    MISSING,
    /** A message makes no sense, or the cache cannot apply its change. */
    MALFORMED
}
