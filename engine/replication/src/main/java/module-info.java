// SPDX-License-Identifier: Apache-2.0
/** Replicas of a Flagstone cache over Aeron. */
// Agrona and Aeron have no module descriptors; their names come from their jars' manifests.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.aeron {
    requires transitive io.flagstone.engine;
    requires transitive io.aeron.client;
    // Only the journal needs it.
    requires static transitive io.aeron.archive;

    exports io.flagstone.replication;
}
