// SPDX-License-Identifier: Apache-2.0
package io.flagstone.feed;

/** The kinds of changes in a feed. */
public enum ChangeKind {
    /** A key has this value and this deadline. */
    PUT,

    /** A key is gone; {@link Change#cause} says why. */
    REMOVAL,

    /** A key has another deadline and the same value. */
    DEADLINE,

    /**
     * A synchronisation begins. A follower that needs it forgets what it has, and follows from here
     * on. It has the state of the cache when the synchronisation ends.
     */
    SYNC_BEGIN,

    /** The synchronisation that began last is complete. */
    SYNC_END,

    /**
     * Changes before this one were lost. A follower must wait for the next synchronisation. One
     * that was under way is given up.
     */
    GAP
}
