// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.Aeron;
import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.Header;
import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.ReadHelloDecoder;
import org.agrona.CloseHelper;
import org.agrona.DirectBuffer;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The streams of a member that has readers: one for all requests, and one for each reader's
 * responses. It never waits for a reader: a response that cannot be sent is dropped, and the reader
 * asks again.
 *
 * <p>Not thread-safe. Allocates nothing, except when readers come and go.
 */
public final class ReadStreams implements MemberReads.Replies, AutoCloseable {
    /** The stream of requests and of responses. */
    public static final int STREAM_ID = 7121;

    private static final int FRAGMENTS_PER_CYCLE = 16;

    /** How many cycles may pass until a reader that has gone is noticed. */
    private static final int CYCLES_PER_SWEEP = 4096;

    private static final int MAX_ENDPOINT_LENGTH = 256;

    private final Aeron aeron;
    private final MemberReads reads;
    private final int maxReaders;
    private final Subscription subscription;
    private final FragmentAssembler assembler = new FragmentAssembler(this::onFragment);
    private final Int2ObjectHashMap<Reader> readers = new Int2ObjectHashMap<>();
    private OffHeapCache cache;
    private long position;
    private int cycles;

    /** A reader, whose stream may not be open yet. */
    private static final class Reader {
        private final long registrationId;
        private ExclusivePublication publication;
        private boolean refused;

        Reader(long registrationId) {
            this.registrationId = registrationId;
        }
    }

    /**
     * Begins to take requests.
     *
     * @param aeron the client that the service uses; it stays open.
     * @param channel of the requests.
     * @param maxReaders the most readers at a time.
     * @param reads answers.
     */
    public ReadStreams(Aeron aeron, String channel, int maxReaders, MemberReads reads) {
        this.aeron = aeron;
        this.reads = reads;
        this.maxReaders = maxReaders;
        this.subscription = aeron.addSubscription(channel, STREAM_ID);
    }

    /**
     * Answers the requests that have arrived, some at a time.
     *
     * @param present the cache of this member now.
     * @param applied the position of the log up to which the cache has everything.
     * @return how many fragments have arrived.
     */
    public int poll(OffHeapCache present, long applied) {
        cache = present;
        position = applied;
        cycles++;
        if (cycles == CYCLES_PER_SWEEP) {
            cycles = 0;
            sweep();
        }
        return subscription.poll(assembler, FRAGMENTS_PER_CYCLE);
    }

    private void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        reads.onMessage(cache, position, header.sessionId(), this, buffer, offset, length);
    }

    /** Closes the streams of readers that have gone. */
    private void sweep() {
        if (subscription.hasNoImages()) {
            // Also of strangers that have never said hello.
            assembler.clear();
        }
        final Int2ObjectHashMap<Reader>.EntryIterator each = readers.entrySet().iterator();
        while (each.hasNext()) {
            each.next();
            if (subscription.imageBySessionId(each.getIntKey()) == null) {
                assembler.freeSessionBuffer(each.getIntKey());
                close(each.getValue());
                each.remove();
            }
        }
    }

    private void close(Reader reader) {
        if (publication(reader) != null) {
            CloseHelper.quietClose(reader.publication);
        } else if (!reader.refused) {
            aeron.asyncRemovePublication(reader.registrationId);
        }
    }

    private ExclusivePublication publication(Reader reader) {
        if (reader.publication == null && !reader.refused) {
            try {
                reader.publication = aeron.getExclusivePublication(reader.registrationId);
            } catch (final AeronException noEndpoint) {
                // The reader has its own time-out.
                reader.refused = true;
            }
        }
        return reader.publication;
    }

    @Override
    public boolean open(int session, ReadHelloDecoder hello) {
        Reader reader = readers.get(session);
        if (reader == null) {
            final String endpoint = hello.endpoint();
            if (!isEndpoint(endpoint)) {
                return false;
            }
            if (readers.size() >= maxReaders) {
                sweep();
            }
            if (readers.size() >= maxReaders) {
                return false;
            }
            reader =
                    new Reader(
                            aeron.asyncAddExclusivePublication(
                                    "aeron:udp?endpoint=" + endpoint, STREAM_ID));
            readers.put(session, reader);
        }
        final ExclusivePublication publication = publication(reader);
        return publication != null && publication.isConnected();
    }

    /** Returns whether a text is an endpoint and has no other parameters of a channel. */
    static boolean isEndpoint(String text) {
        return text.length() <= MAX_ENDPOINT_LENGTH
                && text.indexOf(':') > 0
                && text.indexOf('|') < 0
                && text.indexOf('?') < 0
                && text.indexOf('=') < 0;
    }

    @Override
    public boolean offer(int session, DirectBuffer message, int length) {
        final Reader reader = readers.get(session);
        final ExclusivePublication publication = reader == null ? null : publication(reader);
        if (publication == null) {
            return true;
        }
        if (length > publication.maxMessageLength()) {
            return false;
        }
        Offers.once(publication, message, length);
        return true;
    }

    /** Returns how many readers this member knows. */
    public int readers() {
        return readers.size();
    }

    @Override
    public void close() {
        if (!aeron.isClosed()) {
            readers.values().forEach(this::close);
            CloseHelper.quietClose(subscription);
        }
        readers.clear();
    }
}
