// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.flagstone.StateTransfer;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.StateBeginDecoder;
import io.flagstone.cluster.codec.StateBlockDecoder;
import io.flagstone.cluster.codec.StateEndDecoder;
import java.util.zip.CRC32C;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads what {@link SnapshotWriter} has written, and loads the entries into a cache.
 *
 * <p>Believes no length before it has checked the checksum of the block, and nothing at all before
 * the digest of the whole stream: if this throws, the cache must not be used.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotReader implements FragmentHandler {
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final StateBeginDecoder begin = new StateBeginDecoder();
    private final StateBlockDecoder block = new StateBlockDecoder();
    private final StateEndDecoder end = new StateEndDecoder();
    private final CRC32C checksum = new CRC32C();
    private final StreamDigest digest = new StreamDigest();
    private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
    private final FragmentAssembler assembler = new FragmentAssembler(this);
    private final EntryLoader loader;
    private final ClusterClock clock;
    private byte[] copy = new byte[1 << 16];
    private final UnsafeBuffer entry = new UnsafeBuffer(copy);
    private boolean begun;
    private boolean complete;
    private long blocks;
    private long length;
    private long configuration;

    /** Creates a reader. */
    public SnapshotReader(StateTransfer target, ClusterClock clock) {
        this.loader = new EntryLoader(target);
        this.clock = clock;
    }

    /**
     * Reads until the end of the state. Leaves what follows in the image.
     *
     * @throws IllegalStateException if the snapshot is damaged or ends too early.
     */
    public void read(Image image, IdleStrategy idle) {
        poll(image, assembler, idle, () -> complete);
    }

    /** A condition that ends reading. */
    interface Condition {
        boolean holds();
    }

    /** Keeps what a handler throws, because an image may pass it to an error handler instead. */
    private static final class Guard implements FragmentHandler {
        private final FragmentHandler handler;
        private Throwable failure;

        Guard(FragmentHandler handler) {
            this.handler = handler;
        }

        @Override
        public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
            try {
                handler.onFragment(buffer, offset, length, header);
            } catch (final Throwable thrown) {
                failure = thrown;
            }
        }
    }

    static void poll(Image image, FragmentHandler handler, IdleStrategy idle, Condition done) {
        final Guard guard = new Guard(handler);
        idle.reset();
        while (!done.holds()) {
            final int fragments = image.poll(guard, 1);
            if (guard.failure instanceof IllegalStateException e) {
                throw e;
            } else if (guard.failure != null) {
                throw new IllegalStateException(
                        "the snapshot cannot be loaded: " + guard.failure, guard.failure);
            }
            if (fragments == 0 && (image.isClosed() || image.isEndOfStream())) {
                throw new IllegalStateException(
                        "the snapshot ends too early: position=" + image.position());
            }
            idle.idle(fragments);
        }
    }

    @Override
    public void onFragment(DirectBuffer buffer, int offset, int fragment, Header fragmentHeader) {
        header.wrap(buffer, offset);
        SnapshotDescriptor.check(
                header.schemaId() == MessageHeaderDecoder.SCHEMA_ID, "schema", header.schemaId());
        switch (header.templateId()) {
            case StateBeginDecoder.TEMPLATE_ID -> onBegin(buffer, offset);
            case StateBlockDecoder.TEMPLATE_ID -> onBlock(buffer, offset);
            case StateEndDecoder.TEMPLATE_ID -> onEnd(buffer, offset);
            default -> SnapshotDescriptor.check(false, "template", header.templateId());
        }
    }

    private void onBegin(DirectBuffer buffer, int offset) {
        SnapshotDescriptor.check(!begun, "begin", 2);
        begin.wrapAndApplyHeader(buffer, offset, header);
        begun = true;
        configuration = begin.configuration();
        clock.advanceTo(begin.timeNs());
    }

    private void onBlock(DirectBuffer buffer, int offset) {
        block.wrapAndApplyHeader(buffer, offset, header);
        SnapshotDescriptor.check(begun && block.number() == blocks, "block", block.number());
        final long expected = block.checksum();
        block.wrapBytes(bytes);
        final int size = bytes.capacity();
        if (size > copy.length) {
            copy = new byte[size];
            entry.wrap(copy);
        }
        bytes.getBytes(0, copy, 0, size);
        checksum.reset();
        checksum.update(copy, 0, size);
        SnapshotDescriptor.check(checksum.getValue() == expected, "checksum of block", blocks);
        digest.update(copy, 0, size);
        length += size;
        blocks++;
        loader.add(entry, 0, size);
    }

    private void onEnd(DirectBuffer buffer, int offset) {
        end.wrapAndApplyHeader(buffer, offset, header);
        SnapshotDescriptor.check(begun && end.blocks() == blocks, "number of blocks", end.blocks());
        SnapshotDescriptor.check(
                end.bytes() == length && loader.isComplete(), "number of bytes", end.bytes());
        SnapshotDescriptor.check(
                end.entries() == loader.entries(), "number of entries", end.entries());
        SnapshotDescriptor.check(end.digest() == digest.value(), "digest", end.digest());
        complete = true;
    }

    /** Returns the number of entries read. */
    public long entries() {
        return loader.entries();
    }

    /** Returns the digest of the stream. */
    public long digest() {
        return digest.value();
    }

    /** Returns the number that stands for the configuration of the cache that was saved. */
    public long configuration() {
        return configuration;
    }
}
