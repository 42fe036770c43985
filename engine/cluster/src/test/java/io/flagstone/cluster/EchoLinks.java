// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.ReadHelloDecoder;
import io.flagstone.cluster.internal.ClusterConnection;
import io.flagstone.cluster.internal.LogAge;
import io.flagstone.cluster.internal.MemberReads;
import io.flagstone.cluster.internal.ReadLinks;
import io.flagstone.cluster.internal.ShardOperations;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A member with one entry that answers at once, without an allocation. */
final class EchoLinks implements ReadLinks {
    private final OffHeapCache cache =
            OffHeapCache.builder().memoryBytes(1 << 17).segments(1).build();
    private final LogAge age = new LogAge(() -> 0, () -> 1);
    private final MemberReads reads =
            new MemberReads(new ShardOperations(1 << 20), age, 1024, 1024);
    private final Replies replies = new Replies();
    private final UnsafeBuffer response = new UnsafeBuffer(new byte[256]);
    private int responseLength;

    /** Keeps the last response. */
    private final class Replies implements MemberReads.Replies {
        @Override
        public boolean open(int session, ReadHelloDecoder hello) {
            return true;
        }

        @Override
        public boolean offer(int session, DirectBuffer message, int length) {
            response.putBytes(0, message, 0, length);
            responseLength = length;
            return true;
        }
    }

    EchoLinks() {
        final UnsafeBuffer entry = new UnsafeBuffer(new byte[8]);
        cache.put(entry, 0, 8, entry, 0, 8, OffHeapCache.NO_TTL);
        age.applied(1_000_000);
    }

    @Override
    public int members() {
        return 1;
    }

    @Override
    public String endpoint() {
        return "reader:1";
    }

    @Override
    public boolean isConnected(int member) {
        return true;
    }

    @Override
    public boolean offer(int member, DirectBuffer buffer, int length) {
        reads.onMessage(cache, 1, 1, replies, buffer, 0, length);
        return true;
    }

    @Override
    public int poll(ClusterConnection.MessageHandler handler) {
        final int length = responseLength;
        responseLength = 0;
        if (length >= MessageHeaderDecoder.ENCODED_LENGTH) {
            handler.onMessage(response, 0, length);
        }
        return length;
    }

    @Override
    public void close() {
        cache.close();
    }
}
