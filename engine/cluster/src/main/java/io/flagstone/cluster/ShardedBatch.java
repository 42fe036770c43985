// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import java.util.Arrays;

/**
 * The entries of a batch that have no outcome yet, divided into a batch for each shard.
 *
 * <p>Not thread-safe. Allocates only to grow.
 */
final class ShardedBatch {
    private static final int SETTLED = -1;

    private ClusterBatch all;
    private ClusterBatch[] parts = new ClusterBatch[0];
    private long[] requests = new long[0];

    /** The shard that each entry was sent to, or {@link #SETTLED}. */
    private int[] shards = new int[16];

    private int left;

    /** Begins with a batch. */
    void begin(ClusterBatch batch) {
        all = batch;
        left = batch.size();
        if (shards.length < left) {
            shards = new int[left];
        }
        Arrays.fill(shards, 0, left, 0);
    }

    /** Returns whether all entries have their outcome. */
    boolean isEmpty() {
        return left == 0;
    }

    /** Divides the entries that have no outcome. */
    void divide(SlotMap map) {
        if (parts.length < map.shards()) {
            final int before = parts.length;
            parts = Arrays.copyOf(parts, map.shards());
            requests = Arrays.copyOf(requests, map.shards());
            for (int i = before; i < parts.length; i++) {
                parts[i] = new ClusterBatch();
            }
        }
        for (final ClusterBatch part : parts) {
            part.clear();
        }
        int at = 0;
        for (int i = 0; i < all.size(); i++) {
            if (shards[i] != SETTLED) {
                final int slot = SlotMap.slotOf(all.entries(), at + Short.BYTES, all.keyLength(at));
                shards[i] = map.shardOf(slot);
                parts[shards[i]].addFrom(all, at);
            }
            at += all.entryLength(at);
        }
    }

    /** Returns whether a shard has a part. */
    boolean has(int shard) {
        return parts[shard].size() > 0;
    }

    /** Returns the part of a shard. */
    ClusterBatch part(int shard) {
        return parts[shard];
    }

    /** Notes the request that has the part of a shard. */
    void sent(int shard, long request) {
        requests[shard] = request;
    }

    /** Returns the request that has the part of a shard. */
    long request(int shard) {
        return requests[shard];
    }

    /** Settles the entries of a part. If they were read, the batch takes their values. */
    void received(int shard, boolean read) {
        int number = 0;
        for (int i = 0; i < all.size(); i++) {
            if (shards[i] == shard) {
                if (read) {
                    all.takeValue(i, parts[shard], number);
                }
                shards[i] = SETTLED;
                number++;
                left--;
            }
        }
    }
}
