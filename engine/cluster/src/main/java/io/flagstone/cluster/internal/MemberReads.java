// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.ReadBatchDecoder;
import io.flagstone.cluster.codec.ReadBatchResponseEncoder;
import io.flagstone.cluster.codec.ReadDecoder;
import io.flagstone.cluster.codec.ReadHelloDecoder;
import io.flagstone.cluster.codec.ReadResponseEncoder;
import io.flagstone.cluster.codec.ReadWelcomeEncoder;
import io.flagstone.cluster.codec.Status;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Answers readers from the cache of this member, without the log.
 *
 * <p>A read is a peek: it is no use, so it steers no eviction, and members stay equal however many
 * of them are read. It is made in the thread that applies the log, between two events. The age of
 * the state is taken before the read. So an answer that comes late, because the member was paused
 * in between, is still as fresh as it says, counted from a moment after the request was sent.
 *
 * <p>Not thread-safe. Allocates nothing after construction.
 */
public final class MemberReads {
    private static final int VALUE_AT =
            MessageHeaderEncoder.ENCODED_LENGTH
                    + ReadResponseEncoder.BLOCK_LENGTH
                    + ReadResponseEncoder.valueHeaderLength();

    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final ReadHelloDecoder hello = new ReadHelloDecoder();
    private final ReadWelcomeEncoder welcome = new ReadWelcomeEncoder();
    private final ReadDecoder read = new ReadDecoder();
    private final ReadBatchDecoder batch = new ReadBatchDecoder();
    private final ReadResponseEncoder response = new ReadResponseEncoder();
    private final ReadBatchResponseEncoder batchResponse = new ReadBatchResponseEncoder();
    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final ShardOperations shard;
    private final LogAge age;
    private final UnsafeBuffer buffer;
    private final UnsafeBuffer scratch;
    private final int maxResponseBytes;
    private long readerId;
    private long sequence;
    private long stalenessNs;
    private long position;
    private long number;
    private int valueLength;

    /** The streams of responses to readers, by the session of their requests. */
    public interface Replies {
        /**
         * Opens a stream for a reader, or finds the one that it has.
         *
         * @param session of the reader's requests.
         * @param readerHello has the endpoint, which is to be read last.
         * @return whether a message can be sent.
         */
        boolean open(int session, ReadHelloDecoder readerHello);

        /**
         * Sends a message. The reader asks again if it does not come.
         *
         * @return false if the message is longer than the stream allows.
         */
        boolean offer(int session, DirectBuffer message, int length);
    }

    /**
     * Creates the reads of a member.
     *
     * @param shard knows which keys this service has.
     * @param age of the member's state.
     * @param maxEntryBytes the longest value that the cache can have.
     * @param maxResponseBytes the longest response to a batch.
     */
    public MemberReads(ShardOperations shard, LogAge age, int maxEntryBytes, int maxResponseBytes) {
        this.shard = shard;
        this.age = age;
        this.maxResponseBytes = maxResponseBytes;
        this.buffer =
                new UnsafeBuffer(new byte[VALUE_AT + Math.max(maxEntryBytes, maxResponseBytes)]);
        this.scratch = new UnsafeBuffer(new byte[maxEntryBytes]);
    }

    /**
     * Answers a message of a reader.
     *
     * @param cache of this member.
     * @param applied the position of the log up to which the cache has everything.
     * @param session of the message.
     * @param replies sends the answer.
     * @param message has the message.
     * @param offset of the message.
     * @param length of the message in bytes.
     */
    public void onMessage(
            OffHeapCache cache,
            long applied,
            int session,
            Replies replies,
            DirectBuffer message,
            int offset,
            int length) {
        if (length < MessageHeaderDecoder.ENCODED_LENGTH) {
            return;
        }
        header.wrap(message, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID
                || !Messages.isWhole(header, message, offset, length)) {
            return;
        }
        position = applied;
        switch (header.templateId()) {
            case ReadHelloDecoder.TEMPLATE_ID -> onHello(session, replies, message, offset);
            case ReadDecoder.TEMPLATE_ID -> onRead(cache, session, replies, message, offset);
            case ReadBatchDecoder.TEMPLATE_ID -> onBatch(cache, session, replies, message, offset);
            default -> {
                // Not a message of readers.
            }
        }
    }

    private void onHello(int session, Replies replies, DirectBuffer message, int offset) {
        hello.wrapAndApplyHeader(message, offset, header);
        final long reader = hello.readerId();
        final int member = hello.member();
        if (replies.open(session, hello)) {
            welcome.wrapAndApplyHeader(buffer, 0, headerEncoder).readerId(reader).member(member);
            replies.offer(session, buffer, headerEncoder.encodedLength() + welcome.encodedLength());
        }
    }

    private void onRead(
            OffHeapCache cache, int session, Replies replies, DirectBuffer message, int offset) {
        read.wrapAndApplyHeader(message, offset, header);
        begin(read.readerId(), read.sequence());
        Status status = admit(read.maxStalenessNs(), read.minPosition());
        if (status == Status.OK) {
            final Operation operation = read.operation();
            final int index = read.valueIndex();
            read.wrapKey(key);
            try {
                status = execute(cache, operation, index);
            } catch (final IllegalArgumentException e) {
                status = Status.REFUSED;
            }
        }
        respond(session, replies, status);
    }

    private void begin(long reader, long attempt) {
        readerId = reader;
        sequence = attempt;
        number = 0;
        valueLength = 0;
    }

    /** Returns whether the state is as fresh as a reader wants it. */
    private Status admit(long maxStalenessNs, long minPosition) {
        stalenessNs = age.ns();
        return stalenessNs > maxStalenessNs || position < minPosition ? Status.TOO_OLD : Status.OK;
    }

    private Status execute(OffHeapCache cache, Operation operation, int index) {
        if (operation != Operation.GET
                && operation != Operation.GET_LONG
                && operation != Operation.CONTAINS) {
            return Status.UNSUPPORTED;
        }
        final Status served = serves();
        if (served != Status.OK) {
            return served;
        }
        if (operation == Operation.CONTAINS) {
            number = cache.contains(key, 0, key.capacity()) ? 1 : 0;
            return Status.OK;
        }
        final int found = cache.peek(key, 0, key.capacity(), buffer, VALUE_AT);
        if (found < 0) {
            return Status.NOT_FOUND;
        }
        if (operation == Operation.GET) {
            valueLength = found;
        } else if (index < 0 || index > found - Long.BYTES) {
            return Status.OUTSIDE_VALUE;
        } else {
            number = buffer.getLong(VALUE_AT + index);
        }
        return Status.OK;
    }

    /** Returns whether the key is in a slot of this shard. */
    private Status serves() {
        if (shard.ownsAll()) {
            return Status.OK;
        }
        final Status status = shard.check(Operation.GET, key);
        if (status != Status.OK) {
            number = shard.knownVersion();
        }
        return status;
    }

    private void respond(int session, Replies replies, Status status) {
        response.wrapAndApplyHeader(buffer, 0, headerEncoder)
                .readerId(readerId)
                .sequence(sequence)
                .stalenessNs(stalenessNs)
                .logPosition(position)
                .number(number)
                .status(status);
        buffer.putInt(
                VALUE_AT - ReadResponseEncoder.valueHeaderLength(),
                valueLength,
                ByteOrder.LITTLE_ENDIAN);
        if (!replies.offer(session, buffer, VALUE_AT + valueLength)) {
            number = VALUE_AT + (long) valueLength;
            valueLength = 0;
            respond(session, replies, Status.RESPONSE_TOO_LONG);
        }
    }

    private void onBatch(
            OffHeapCache cache, int session, Replies replies, DirectBuffer message, int offset) {
        batch.wrapAndApplyHeader(message, offset, header);
        begin(batch.readerId(), batch.sequence());
        Status status = admit(batch.maxStalenessNs(), batch.minPosition());
        if (status == Status.OK) {
            try {
                status = getAll(cache);
            } catch (final IllegalArgumentException e) {
                status = Status.REFUSED;
            }
        }
        if (status == Status.OK) {
            batchResponse
                    .readerId(readerId)
                    .sequence(sequence)
                    .stalenessNs(stalenessNs)
                    .logPosition(position)
                    .number(number)
                    .status(status);
            if (replies.offer(session, buffer, batchResponse.limit())) {
                return;
            }
            number = batchResponse.limit();
            status = Status.RESPONSE_TOO_LONG;
        }
        respond(session, replies, status);
    }

    private Status getAll(OffHeapCache cache) {
        final ReadBatchDecoder.EntriesDecoder entries = batch.entries();
        final ReadBatchResponseEncoder.EntriesEncoder found =
                batchResponse
                        .wrapAndApplyHeader(buffer, 0, headerEncoder)
                        .entriesCount(entries.count());
        while (entries.hasNext()) {
            entries.next();
            entries.wrapKey(key);
            entries.skipValue();
            final Status served = serves();
            if (served != Status.OK) {
                return served;
            }
            final int size = cache.peek(key, 0, key.capacity(), scratch, 0);
            final int bytes = Math.max(size, 0);
            if (batchResponse.limit() + bytes + VALUE_AT > maxResponseBytes) {
                return Status.RESPONSE_TOO_LONG;
            }
            found.next().present((byte) (size < 0 ? 0 : 1)).putValue(scratch, 0, bytes);
            number += size < 0 ? 0 : 1;
        }
        return Status.OK;
    }
}
