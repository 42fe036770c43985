// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import io.flagstone.bench.verify.Differences;

/** A way in which replicas can differ from what they should hold. */
enum Finding implements Differences.Kind {
    /** A primary gave an answer that its model did not expect. */
    ANSWER("answers of a primary that differ from its model"),

    /** A change is missing in a replica, or came twice or late. */
    SUCCESSION("changes that did not follow from those before in a replica"),

    /** The promoted replica has an entry that the primary did not have at that moment. */
    FOREIGN_ENTRY("entries of the promoted replica that the primary did not have"),

    /** The promoted replica lacks an entry that the primary had at that moment. */
    LOST_ENTRY("entries of the primary that the promoted replica lacks"),

    /** A change is missing that the replica had acknowledged before the primary died. */
    LOST_ACKNOWLEDGED("promotions without changes that were acknowledged"),

    /** A replica evicted entries for lack of room. */
    OWN_EVICTION("evictions that a replica made by itself"),

    /** The first trade of the promoted replica did not lead where it led the primary. */
    WRONG_RESUMPTION("entries that the promoted replica's first trade left wrong"),

    /** At the end, a record does not follow from the trades of the tape. */
    WRONG_RECORD("records that do not follow from the tape"),

    /** At the end, a level is missing that no eviction explains. */
    MISSING_LEVEL("levels missing that no eviction explains"),

    /** At the end, an entry of a replica differs from the primary's. */
    UNEQUAL_ENTRY("entries of a replica that differ from the primary's"),

    /** At the end, the digests of a replica and of the primary differ. */
    UNEQUAL_DIGEST("digests of replicas that differ from the primary's"),

    /** The audit of a cache failed. */
    AUDIT("caches whose audit failed");

    private final String title;

    Finding(String title) {
        this.title = title;
    }

    @Override
    public String title() {
        return title;
    }
}
