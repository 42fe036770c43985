// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.ReadBatchEncoder;
import io.flagstone.cluster.codec.ReadEncoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Reads at any member of a cluster, leader or follower, without the log, with a bound on how old
 * the result may be.
 *
 * <p><b>Promise.</b> The result has every write that the cluster acknowledged more than {@code
 * maxStalenessNs} before the call began. A member that cannot promise that refuses: because it is
 * cut off, was paused, replays the log or knows no leader. Then the reader asks the next member. If
 * all refuse, the call throws a {@link ClusterRequestException} with {@link Outcome#TOO_OLD}, which
 * names the bound and the least staleness that a member had. This holds as well as the wall clocks
 * of the members agree; see {@link FlagstoneClusteredService#stalenessNs}. The clock of the reader
 * does not matter.
 *
 * <p><b>Not promised.</b> A later read may ask another member and have an older result, within the
 * bound. If this matters, pass {@link #lastPosition} to {@link #minPosition} after each read. Pass
 * it {@link ClusterCache#lastPosition} to read your own writes.
 *
 * <p><b>No use.</b> A read is no use in the cache, in contrast to {@link ClusterCache#get}. It
 * keeps no entry from eviction, so that members stay equal. An entry expires by the time of the
 * last event of the log that the member has applied.
 *
 * <p>Requests and responses may be lost. A member that does not answer in time is passed over until
 * it has answered a greeting. Members are asked in the order of the settings.
 *
 * <p>One thread at a time. Allocates nothing after it has connected, except for longer requests
 * than before, and when a member comes or goes.
 */
public final class MemberReader implements AutoCloseable {
    private static final int MAX_VALUE_INDEX = Integer.MAX_VALUE - Long.BYTES;

    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ReadEncoder read = new ReadEncoder();
    private final ReadBatchEncoder batchRead = new ReadBatchEncoder();
    private final ReadCall call;
    private long minPosition;

    /** Reads through the given call. */
    MemberReader(ReadCall call) {
        this.call = call;
    }

    /**
     * Connects to the members and waits until one of them answers.
     *
     * @param context the settings; do not change them afterwards.
     * @return the reader.
     * @throws ClusterRequestException if none answers in the time of a request.
     */
    public static MemberReader connect(MemberReaderContext context) {
        final ReadCall call = new ReadCall(context, context.open());
        boolean connected = false;
        try {
            call.awaitMember();
            connected = true;
        } finally {
            if (!connected) {
                call.close();
            }
        }
        return new MemberReader(call);
    }

    /**
     * Copies the value of a key into a buffer.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 534.
     * @param target receives the value.
     * @param targetOffset the offset at which to write.
     * @param maxStalenessNs how old the result may be, in nanoseconds, at least 0.
     * @return the value's length, {@link OffHeapCache#NOT_FOUND} or {@link
     *     OffHeapCache#INSUFFICIENT_CAPACITY}.
     * @throws ClusterRequestException if no member is fresh enough, or none answers in time.
     */
    public int get(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            MutableDirectBuffer target,
            int targetOffset,
            long maxStalenessNs) {
        encode(Operation.GET, key, keyOffset, keyLength, 0, maxStalenessNs);
        return call.into(target, targetOffset).execute(read.limit(), maxStalenessNs) == Outcome.OK
                ? call.length()
                : OffHeapCache.NOT_FOUND;
    }

    /**
     * Returns whether a key is present.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 534.
     * @param maxStalenessNs how old the result may be, in nanoseconds, at least 0.
     * @return whether it is present.
     * @throws ClusterRequestException if no member is fresh enough, or none answers in time.
     */
    public boolean contains(DirectBuffer key, int keyOffset, int keyLength, long maxStalenessNs) {
        encode(Operation.CONTAINS, key, keyOffset, keyLength, 0, maxStalenessNs);
        call.execute(read.limit(), maxStalenessNs);
        return call.number() != 0;
    }

    /**
     * Reads the {@code long} at an index of a value.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes, 1 to 65 534.
     * @param valueIndex the offset in the value.
     * @param missing the result if the key is absent.
     * @param maxStalenessNs how old the result may be, in nanoseconds, at least 0.
     * @return the number.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at the index.
     * @throws ClusterRequestException if no member is fresh enough, or none answers in time.
     */
    public long getLong(
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long missing,
            long maxStalenessNs) {
        if (valueIndex < 0 || valueIndex > MAX_VALUE_INDEX) {
            throw new IndexOutOfBoundsException("valueIndex=" + valueIndex);
        }
        encode(Operation.GET_LONG, key, keyOffset, keyLength, valueIndex, maxStalenessNs);
        return call.execute(read.limit(), maxStalenessNs) == Outcome.OK ? call.number() : missing;
    }

    /**
     * Reads the values of all keys of a batch, at one moment of one member.
     *
     * @param keys the keys; receives the values.
     * @param maxStalenessNs how old the result may be, in nanoseconds, at least 0.
     * @return how many are present.
     * @throws ClusterRequestException if no member is fresh enough, if none answers in time, or if
     *     the response is too long.
     */
    public int getAll(ClusterBatch keys, long maxStalenessNs) {
        checkBound(maxStalenessNs);
        final MutableDirectBuffer buffer = call.buffer();
        batchRead
                .wrapAndApplyHeader(buffer, 0, header)
                .readerId(call.readerId())
                .maxStalenessNs(maxStalenessNs)
                .minPosition(minPosition);
        int at = batchRead.limit();
        buffer.putShort(at, (short) 0, ByteOrder.LITTLE_ENDIAN);
        buffer.putShort(at + Short.BYTES, (short) keys.size(), ByteOrder.LITTLE_ENDIAN);
        at += 2 * Short.BYTES;
        buffer.putBytes(at, keys.entries(), 0, keys.entriesLength());
        call.into(keys).execute(at + keys.entriesLength(), maxStalenessNs);
        return (int) call.number();
    }

    private void encode(
            Operation operation,
            DirectBuffer key,
            int keyOffset,
            int keyLength,
            int valueIndex,
            long maxStalenessNs) {
        ClusterRequests.checkKey(keyLength);
        checkBound(maxStalenessNs);
        read.wrapAndApplyHeader(call.buffer(), 0, header)
                .readerId(call.readerId())
                .maxStalenessNs(maxStalenessNs)
                .minPosition(minPosition)
                .valueIndex(valueIndex)
                .operation(operation)
                .putKey(key, keyOffset, keyLength);
    }

    private static void checkBound(long maxStalenessNs) {
        if (maxStalenessNs < 0) {
            throw new IllegalArgumentException(
                    "maxStalenessNs must not be negative: maxStalenessNs=" + maxStalenessNs);
        }
    }

    /**
     * Sets the position of the log that a member must have applied to answer. It holds for all
     * reads from now on; 0, the default, asks for none.
     *
     * @param position such as {@link ClusterCache#lastPosition} or {@link #lastPosition}.
     * @return this.
     */
    public MemberReader minPosition(long position) {
        minPosition = position;
        return this;
    }

    /**
     * Returns the position of the log that the member had applied at the last read.
     *
     * @return the position, 0 before the first answer.
     */
    public long lastPosition() {
        return call.position();
    }

    /**
     * Returns how old the last result was at most when the member read it, or the least staleness
     * of the members that have refused the last read.
     *
     * @return nanoseconds, {@link Long#MAX_VALUE} if no member has said.
     */
    public long lastStalenessNs() {
        return call.stalenessNs();
    }

    /**
     * Returns which member has answered last.
     *
     * @return the index of its channel in the settings, or -1.
     */
    public int lastMember() {
        return call.member();
    }

    /**
     * Greets members that have come. Reads do so too; a reader that is idle need not call this.
     *
     * @return 0 if there was nothing to do.
     */
    public int poll() {
        return call.poll();
    }

    /** Leaves the members. Closing again does nothing. */
    @Override
    public void close() {
        call.close();
    }
}
