// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.ReadBatchResponseDecoder;
import io.flagstone.cluster.codec.ReadEncoder;
import io.flagstone.cluster.codec.ReadHelloEncoder;
import io.flagstone.cluster.codec.ReadResponseDecoder;
import io.flagstone.cluster.codec.ReadWelcomeDecoder;
import io.flagstone.cluster.internal.ClusterConnection;
import io.flagstone.cluster.internal.ReadLinks;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One read after the other, at the first member of several that answers it.
 *
 * <p>Each attempt has a number of its own. An answer to any attempt of the present call counts,
 * also if it comes late: the member has measured its age after the call began.
 *
 * <p>A member is asked if it has answered the last greeting. The first greeting makes it open a
 * stream for responses. It is greeted again after it was silent, because it may have been started
 * anew and not know this reader.
 *
 * <p>One thread at a time. Allocates nothing in a call.
 */
final class ReadCall implements AutoCloseable {
    private static final int NONE = -1;
    private static final int SEQUENCE_AT =
            MessageHeaderEncoder.ENCODED_LENGTH + ReadEncoder.sequenceEncodingOffset();

    /** How many attempts of a call are remembered with their members. */
    private static final int ATTEMPTS = 256;

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ReadHelloEncoder hello = new ReadHelloEncoder();
    private final ReadWelcomeDecoder welcome = new ReadWelcomeDecoder();
    private final ReadResponseDecoder response = new ReadResponseDecoder();
    private final ReadBatchResponseDecoder batchResponse = new ReadBatchResponseDecoder();
    private final ExpandableArrayBuffer greeting = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private final MemberReaderContext context;
    private final ReadLinks links;
    private final IdleStrategy idle;
    private final ResponseTarget target = new ResponseTarget();
    private final ClusterConnection.MessageHandler handler = this::onMessage;
    private final long readerId = ThreadLocalRandom.current().nextLong();

    /** The members that have answered the last greeting. */
    private final boolean[] ready;

    /** The members that were greeted and have not answered yet, and when. */
    private final boolean[] greeted;

    private final long[] greetedNs;

    /** The members that have refused the present call. */
    private final boolean[] refused;

    private final int[] attempts = new int[ATTEMPTS];
    private long first = 1;
    private long sequence;
    private int current = NONE;
    private long changedNs;
    private int refusals;
    private long refusalPosition;
    private boolean done = true;
    private Outcome outcome;
    private long stalenessNs = Long.MAX_VALUE;
    private long position;
    private long number;
    private int member = NONE;
    private boolean closed;

    /** Begins to greet the members. */
    ReadCall(MemberReaderContext context, ReadLinks links) {
        this.context = context;
        this.links = links;
        this.idle = context.idleStrategy();
        final int members = links.members();
        this.ready = new boolean[members];
        this.greeted = new boolean[members];
        this.greetedNs = new long[members];
        this.refused = new boolean[members];
    }

    /**
     * Waits until a member answers.
     *
     * @throws ClusterRequestException if none does in time.
     */
    void awaitMember() {
        final long startNs = context.clock().nanoTime();
        idle.reset();
        while (next() == NONE) {
            if (context.clock().nanoTime() - startNs > context.requestTimeoutNs()) {
                throw silence();
            }
            idle.idle(poll());
        }
    }

    /** Returns the buffer for the next request. */
    MutableDirectBuffer buffer() {
        if (closed) {
            throw new IllegalStateException("the reader is closed");
        }
        target.clear();
        return buffer;
    }

    long readerId() {
        return readerId;
    }

    /** Sets where the value of the response goes. */
    ReadCall into(MutableDirectBuffer destination, int offset) {
        target.set(destination, offset);
        return this;
    }

    /** Sets which batch receives the values of the response. */
    ReadCall into(ClusterBatch values) {
        target.set(values);
        return this;
    }

    /**
     * Executes the request that was written to {@link #buffer}.
     *
     * @return OK or NOT_FOUND.
     * @throws ClusterRequestException with any other outcome.
     */
    Outcome execute(int requestLength, long maxStalenessNs) {
        final long startNs = context.clock().nanoTime();
        begin(startNs);
        idle.reset();
        while (true) {
            final int work = poll();
            if (done) {
                break;
            }
            final long nowNs = context.clock().nanoTime();
            ask(requestLength, nowNs);
            final boolean late = nowNs - startNs > context.requestTimeoutNs();
            if (refusals > 0 && (late || allHaveRefused(nowNs))) {
                done = true;
                throw refusal(maxStalenessNs);
            }
            if (late) {
                done = true;
                throw silence();
            }
            idle.idle(work);
        }
        target.rethrow();
        outcome.check("the read");
        return outcome;
    }

    private void begin(long nowNs) {
        first = sequence + 1;
        done = false;
        current = NONE;
        changedNs = nowNs;
        refusals = 0;
        Arrays.fill(refused, false);
        stalenessNs = Long.MAX_VALUE;
        refusalPosition = 0;
        member = NONE;
        number = 0;
        target.noValue();
    }

    /** Asks another member if the present one was silent for too long or has refused. */
    private void ask(int requestLength, long nowNs) {
        if (current != NONE && nowNs - changedNs > context.retryAfterNs()) {
            ready[current] = false;
            greeted[current] = false;
            current = NONE;
            changedNs = nowNs;
        }
        if (current == NONE) {
            current = next();
            if (current != NONE) {
                sequence++;
                attempts[(int) (sequence & ATTEMPTS - 1)] = current;
                changedNs = nowNs;
                buffer.putLong(SEQUENCE_AT, sequence, ByteOrder.LITTLE_ENDIAN);
                if (!links.offer(current, buffer, requestLength)) {
                    done = true;
                    throw new IllegalArgumentException(
                            "the request is longer than the terms of the channel allow: length="
                                    + requestLength);
                }
            }
        }
    }

    /** Returns the first member that can be asked. */
    private int next() {
        for (int i = 0; i < ready.length; i++) {
            if (ready[i] && !refused[i]) {
                return i;
            }
        }
        return NONE;
    }

    /** Returns whether it is useless to wait for another answer. */
    private boolean allHaveRefused(long nowNs) {
        if (current != NONE) {
            return false;
        }
        boolean others = false;
        for (int i = 0; i < refused.length; i++) {
            others |= !refused[i] && links.isConnected(i);
        }
        // The others have been silent. Two greetings later it is clear that they do not answer.
        return !others || nowNs - changedNs > 2 * context.retryAfterNs();
    }

    private ClusterRequestException refusal(long maxStalenessNs) {
        return new ClusterRequestException(
                "no member is fresh enough: maxStalenessNs="
                        + maxStalenessNs
                        + ", the least stalenessNs is "
                        + (stalenessNs == Long.MAX_VALUE ? "unknown" : stalenessNs)
                        + " at log position "
                        + refusalPosition
                        + ", "
                        + refusals
                        + " of "
                        + refused.length
                        + " members have refused",
                Outcome.TOO_OLD);
    }

    private ClusterRequestException silence() {
        int connected = 0;
        for (int i = 0; i < ready.length; i++) {
            connected += links.isConnected(i) ? 1 : 0;
        }
        return new ClusterRequestException(
                "no member has answered within "
                        + context.requestTimeoutNs()
                        + " ns: members="
                        + ready.length
                        + ", connected="
                        + connected
                        + ", attempts="
                        + (sequence + 1 - first),
                Outcome.TIMED_OUT);
    }

    /** Passes on the responses that have arrived, and greets members. */
    int poll() {
        if (closed) {
            throw new IllegalStateException("the reader is closed");
        }
        final int work = links.poll(handler);
        final long nowNs = context.clock().nanoTime();
        for (int i = 0; i < ready.length; i++) {
            if (!links.isConnected(i)) {
                ready[i] = false;
                greeted[i] = false;
            } else if (!ready[i]
                    && (!greeted[i] || nowNs - greetedNs[i] > context.retryAfterNs())) {
                greet(i, nowNs);
            }
        }
        return work;
    }

    private void greet(int index, long nowNs) {
        final String endpoint = links.endpoint();
        if (endpoint != null) {
            hello.wrapAndApplyHeader(greeting, 0, headerEncoder)
                    .readerId(readerId)
                    .member(index)
                    .endpoint(endpoint);
            links.offer(index, greeting, hello.limit());
            greeted[index] = true;
            greetedNs[index] = nowNs;
        }
    }

    private void onMessage(DirectBuffer message, int offset, int messageLength) {
        header.wrap(message, offset);
        if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
            return;
        }
        switch (header.templateId()) {
            case ReadWelcomeDecoder.TEMPLATE_ID -> onWelcome(message, offset);
            case ReadResponseDecoder.TEMPLATE_ID -> onResponse(message, offset);
            case ReadBatchResponseDecoder.TEMPLATE_ID ->
                    onBatchResponse(message, offset, messageLength);
            default -> {
                // Of a later version.
            }
        }
    }

    private void onWelcome(DirectBuffer message, int offset) {
        welcome.wrapAndApplyHeader(message, offset, header);
        final int from = welcome.member();
        if (welcome.readerId() == readerId && from >= 0 && from < ready.length) {
            ready[from] = true;
        }
    }

    /** Returns whether a response belongs to the present call. */
    private boolean isAwaited(long to, long answered) {
        return to == readerId && answered >= first && answered <= sequence && !done;
    }

    private void onResponse(DirectBuffer message, int offset) {
        response.wrapAndApplyHeader(message, offset, header);
        if (!isAwaited(response.readerId(), response.sequence())) {
            return;
        }
        final int from = attempts[(int) (response.sequence() & ATTEMPTS - 1)];
        final Outcome end = Outcome.of(response.status());
        if (end == Outcome.TOO_OLD) {
            onRefusal(from, response.stalenessNs(), response.logPosition());
            return;
        }
        end(from, end, response.stalenessNs(), response.logPosition());
        number = response.number();
        if (end == Outcome.OK && target.hasBuffer()) {
            response.wrapValue(view);
            target.value(view, 0, view.capacity());
        }
    }

    private void onRefusal(int from, long ageNs, long at) {
        if (!refused[from]) {
            refused[from] = true;
            refusals++;
            if (refusals == 1 || ageNs < stalenessNs) {
                stalenessNs = ageNs;
                refusalPosition = at;
            }
            if (from == current) {
                current = NONE;
                changedNs = context.clock().nanoTime();
            }
        }
    }

    private void onBatchResponse(DirectBuffer message, int offset, int messageLength) {
        batchResponse.wrapAndApplyHeader(message, offset, header);
        if (!isAwaited(batchResponse.readerId(), batchResponse.sequence()) || !target.hasBatch()) {
            return;
        }
        end(
                attempts[(int) (batchResponse.sequence() & ATTEMPTS - 1)],
                Outcome.of(batchResponse.status()),
                batchResponse.stalenessNs(),
                batchResponse.logPosition());
        number = batchResponse.number();
        final int at = offset + MessageHeaderDecoder.ENCODED_LENGTH + header.blockLength();
        target.values(message, at, offset + messageLength - at);
    }

    private void end(int from, Outcome end, long ageNs, long at) {
        done = true;
        outcome = end;
        stalenessNs = ageNs;
        position = at;
        member = from;
    }

    long number() {
        return number;
    }

    int length() {
        return target.length();
    }

    long position() {
        return position;
    }

    long stalenessNs() {
        return stalenessNs;
    }

    int member() {
        return member;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            links.close();
        }
    }
}
