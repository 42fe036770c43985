// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.ExclusivePublication;
import io.aeron.FragmentAssembler;
import io.aeron.Image;
import io.flagstone.OffHeapCache;
import io.flagstone.cluster.codec.BatchDecoder;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.codec.RequestDecoder;
import io.flagstone.cluster.codec.ShardPartDecoder;
import io.flagstone.cluster.codec.ShardPartEncoder;
import io.flagstone.cluster.codec.ShardStateDecoder;
import io.flagstone.cluster.codec.ShardStateEncoder;
import io.flagstone.cluster.codec.SlotPhase;
import io.flagstone.cluster.codec.Status;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.IdleStrategy;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A service as a shard: its slots, the map if it is the first cluster, and the steps of a move. A
 * part of the state of every member, and of snapshots, except for the list of entries.
 *
 * <p>Not thread-safe. A look at a key's slot allocates nothing.
 */
public final class ShardOperations {
    private static final int FIRST_READ = Operation.SLOT_MAP.value();
    private static final int LAST_READ = Operation.MOVE_EXPORT.value();
    private static final int FIRST_WRITE = Operation.SLOT_MAP_SET.value();
    private static final int LAST_WRITE = Operation.MOVE_DROP.value();
    private static final int MAX_MAP_BYTES = 60_000;
    private static final int PART_BYTES = 4096;
    private static final int MAX_PAGE_BYTES = 1 << 20;

    private final MessageHeaderEncoder headerEncoder = new MessageHeaderEncoder();
    private final ShardStateEncoder encoder = new ShardStateEncoder();
    private final UnsafeBuffer key = new UnsafeBuffer(0, 0);
    private final SlotStates states = new SlotStates();
    private final SlotEntries entries;
    private byte[] map = new byte[0];
    private long mapVersion;
    private long number;
    private int valueLength;

    /**
     * Creates a service that owns all slots.
     *
     * @param maxListBytes the most memory for the list of a move, at least 1 MiB.
     */
    public ShardOperations(int maxListBytes) {
        this.entries = new SlotEntries(states, maxListBytes);
    }

    /** Returns whether a request is for the shard and not for its cache. */
    static boolean takes(int operation) {
        return operation >= FIRST_READ && operation <= LAST_READ
                || operation >= FIRST_WRITE && operation <= LAST_WRITE;
    }

    /** Returns whether this shard serves all keys. */
    boolean ownsAll() {
        return states.ownsAll();
    }

    /** Returns the latest version of the map that this shard knows of. */
    long knownVersion() {
        return states.knownVersion();
    }

    /** Returns whether a request may be executed: OK, BUSY or MOVED. */
    Status check(Operation operation, DirectBuffer requestKey) {
        if (operation == Operation.SIZE) {
            return Status.OK;
        }
        if (operation == Operation.CLEAR) {
            // Entries that were copied already would come back.
            return states.phase() == SlotPhase.FROZEN || states.phase() == SlotPhase.IMPORTING
                    ? Status.BUSY
                    : Status.OK;
        }
        return states.check(KeySlots.slotOf(requestKey, 0, requestKey.capacity()));
    }

    /** Returns whether a batch may be executed. The caller rewinds it afterwards. */
    Status check(BatchDecoder batch) {
        Status result = Status.OK;
        final BatchDecoder.EntriesDecoder each = batch.entries();
        while (each.hasNext()) {
            each.next();
            each.wrapKey(key);
            each.skipValue();
            final Status one = states.check(KeySlots.slotOf(key, 0, key.capacity()));
            if (one == Status.MOVED || result == Status.OK) {
                result = one;
            }
        }
        return result;
    }

    /**
     * Executes a request.
     *
     * @param value of the request.
     * @param out receives the response's value.
     * @param at the offset of that.
     */
    Status execute(
            OffHeapCache cache,
            RequestDecoder request,
            DirectBuffer value,
            UnsafeBuffer out,
            int at) {
        valueLength = 0;
        number = states.moveId();
        return switch (request.operation()) {
            case SLOT_MAP -> readMap(out, at);
            case SHARD_STATE -> readState(out, at);
            case MOVE_INDEX -> index(cache, request);
            case MOVE_EXPORT -> export(cache, request, out, at);
            case SLOT_MAP_SET -> setMap(request, value);
            case SHARD_JOIN -> join(cache, request);
            case MOVE_PREPARE -> prepare(request);
            case MOVE_FREEZE -> freeze(request);
            case MOVE_IMPORT -> write(cache, request, value);
            case MOVE_COMMIT ->
                    end(request, states.commit(request.number(), request.expectedNumber()));
            case MOVE_ABORT ->
                    end(request, states.abort(request.number(), request.expectedNumber()));
            case MOVE_DROP -> drop(cache, request);
            default -> Status.UNSUPPORTED;
        };
    }

    /** Frees the memory of the list. Call this before the cache is closed. */
    public void close() {
        entries.forget();
    }

    /** Returns the memory that the list of a move has taken, in bytes. */
    public int listBytes() {
        return entries.listBytes();
    }

    /** Returns the number that the last request resulted in. */
    long number() {
        return number;
    }

    /** Returns the length of the last response's value. */
    int valueLength() {
        return valueLength;
    }

    private static Status result(boolean done) {
        return done ? Status.OK : Status.REFUSED;
    }

    /** Returns the slots of a step, as {@link #slots} has written them. */
    private static int first(int slots) {
        return slots & KeySlots.COUNT - 1;
    }

    private static int last(int slots) {
        return slots >>> 14 & KeySlots.COUNT - 1;
    }

    /** Returns the slots of a step in one number. */
    public static int slots(int first, int last) {
        return first | last << 14;
    }

    /**
     * Returns what a step of the list is of in one number.
     *
     * @param slots as {@link #slots} has returned it.
     * @param maxKeys the most keys to look at in a step, 0 for as many as a step may.
     */
    public static long list(int slots, int maxKeys) {
        return slots | (long) maxKeys << Integer.SIZE;
    }

    private Status readMap(UnsafeBuffer out, int at) {
        if (mapVersion == 0) {
            return Status.NOT_FOUND;
        }
        if (map.length > out.capacity() - at) {
            return Status.RESPONSE_TOO_LONG;
        }
        out.putBytes(at, map);
        valueLength = map.length;
        number = mapVersion;
        return Status.OK;
    }

    private Status readState(UnsafeBuffer out, int at) {
        final ExpandableArrayBuffer state = new ExpandableArrayBuffer();
        final int length = encode(state, false);
        if (length > out.capacity() - at) {
            return Status.RESPONSE_TOO_LONG;
        }
        out.putBytes(at, state, 0, length);
        valueLength = length;
        return Status.OK;
    }

    private Status setMap(RequestDecoder request, DirectBuffer value) {
        if (states.shard() != 0
                || request.number() <= request.expectedNumber()
                || value.capacity() == 0
                || value.capacity() > MAX_MAP_BYTES) {
            return Status.REFUSED;
        }
        final boolean set = request.expectedNumber() == mapVersion;
        if (set) {
            map = new byte[value.capacity()];
            value.getBytes(0, map);
            mapVersion = request.number();
        }
        number = set ? 1 : 0;
        return Status.OK;
    }

    private Status join(OffHeapCache cache, RequestDecoder request) {
        final int shard = request.valueIndex();
        if (mapVersion != 0 || shard <= 0 || states.ownsAll() && cache.size() != 0) {
            return Status.REFUSED;
        }
        return result(states.join(shard, request.number()));
    }

    private Status prepare(RequestDecoder request) {
        final int slots = request.valueIndex();
        return begin(request, states.prepare(request.number(), first(slots), last(slots)));
    }

    private Status freeze(RequestDecoder request) {
        final int slots = request.valueIndex();
        return begin(request, states.freeze(request.number(), first(slots), last(slots)));
    }

    private Status begin(RequestDecoder request, boolean done) {
        if (done) {
            entries.onMove(request.number());
        }
        return result(done);
    }

    private Status index(OffHeapCache cache, RequestDecoder request) {
        final long move = request.number();
        final int slots = (int) request.expectedNumber();
        final boolean isFrozen = states.isFrozen(move);
        if (request.valueIndex() < 0
                || !isFrozen && !states.mayFreeze(move, first(slots), last(slots))) {
            return Status.REFUSED;
        }
        final Status result =
                entries.list(
                        cache,
                        move,
                        request.clientId(),
                        request.valueIndex(),
                        isFrozen ? states.first() : first(slots),
                        isFrozen ? states.last() : last(slots),
                        (int) (request.expectedNumber() >>> Integer.SIZE));
        number = entries.steps();
        return result;
    }

    private Status export(OffHeapCache cache, RequestDecoder request, UnsafeBuffer out, int at) {
        if (!states.isFrozen(request.number())) {
            return Status.REFUSED;
        }
        number =
                entries.read(
                        cache,
                        request.number(),
                        request.clientId(),
                        request.expectedNumber(),
                        Math.min(request.valueIndex(), MAX_PAGE_BYTES),
                        out,
                        at);
        if (number == SlotEntries.NO_LIST) {
            return Status.NOT_FOUND;
        }
        valueLength = entries.pageBytes();
        return Status.OK;
    }

    private Status write(OffHeapCache cache, RequestDecoder request, DirectBuffer value) {
        if (!states.isImporting(request.number())) {
            return Status.REFUSED;
        }
        number = entries.write(cache, value);
        return result(number >= 0);
    }

    private Status end(RequestDecoder request, boolean done) {
        if (done) {
            entries.onEnd(request.number());
        }
        return result(done);
    }

    private Status drop(OffHeapCache cache, RequestDecoder request) {
        if (request.number() != states.moveId()) {
            return Status.REFUSED;
        }
        if (states.phase() == SlotPhase.DROPPING && !entries.drop(cache, request.valueIndex())) {
            states.dropped();
        }
        number = states.phase() == SlotPhase.DROPPING ? 1 : 0;
        return Status.OK;
    }

    private int encode(ExpandableArrayBuffer state, boolean withMap) {
        encoder.wrapAndApplyHeader(state, 0, headerEncoder).heldVersion(mapVersion);
        states.encode(encoder);
        encoder.putHeldMap(map, 0, withMap ? map.length : 0);
        return headerEncoder.encodedLength() + encoder.encodedLength();
    }

    /** Returns the state as a snapshot has it. Call this before the cache is saved. */
    public Saved save() {
        entries.onSnapshot();
        final ExpandableArrayBuffer state = new ExpandableArrayBuffer();
        final int length = encode(state, true);
        return new Saved(state, length);
    }

    /** The state of a shard at a snapshot. */
    public static final class Saved {
        private final ExpandableArrayBuffer state;
        private final int length;

        private Saved(ExpandableArrayBuffer state, int length) {
            this.state = state;
            this.length = length;
        }

        /** Returns a number that differs if two members differ, most probably. */
        public long digest() {
            final StreamDigest digest = new StreamDigest();
            digest.update(state.byteArray(), 0, length);
            return digest.value();
        }

        /** Returns how many messages {@link #write} writes. */
        public int parts() {
            return (length + PART_BYTES - 1) / PART_BYTES;
        }

        /**
         * Writes the state.
         *
         * @throws IllegalStateException if the publication takes nothing any more.
         */
        public void write(ExclusivePublication publication, IdleStrategy idle) {
            final UnsafeBuffer buffer = new UnsafeBuffer(new byte[PART_BYTES + 64]);
            final MessageHeaderEncoder header = new MessageHeaderEncoder();
            final ShardPartEncoder part = new ShardPartEncoder();
            for (int at = 0; at < length; at += PART_BYTES) {
                part.wrapAndApplyHeader(buffer, 0, header)
                        .putBytes(state, at, Math.min(PART_BYTES, length - at));
                Offers.offer(
                        publication, idle, buffer, header.encodedLength() + part.encodedLength());
            }
        }
    }

    /**
     * Reads the state from a snapshot.
     *
     * @param parts how many messages it has.
     * @return the digest that {@link Saved#digest} returned.
     * @throws IllegalStateException if the snapshot is damaged or ends too early.
     */
    public long load(Image image, IdleStrategy idle, int parts) {
        final Loader loader = new Loader(parts);
        SnapshotReader.poll(
                image,
                new FragmentAssembler(
                        (buffer, offset, length, header) -> loader.onMessage(buffer, offset)),
                idle,
                () -> loader.left == 0);
        return loader.complete();
    }

    /** Puts the parts together. */
    private final class Loader {
        private final MessageHeaderDecoder header = new MessageHeaderDecoder();
        private final ShardPartDecoder part = new ShardPartDecoder();
        private final UnsafeBuffer bytes = new UnsafeBuffer(0, 0);
        private final ExpandableArrayBuffer state = new ExpandableArrayBuffer();
        private int length;
        private int left;

        Loader(int parts) {
            this.left = parts;
        }

        void onMessage(DirectBuffer buffer, int offset) {
            header.wrap(buffer, offset);
            if (header.templateId() != ShardPartDecoder.TEMPLATE_ID) {
                throw new IllegalStateException(
                        "the snapshot is damaged: template=" + header.templateId());
            }
            part.wrapAndApplyHeader(buffer, offset, header).wrapBytes(bytes);
            state.putBytes(length, bytes, 0, bytes.capacity());
            length += bytes.capacity();
            left--;
        }

        long complete() {
            final ShardStateDecoder decoder = new ShardStateDecoder();
            decoder.wrapAndApplyHeader(state, 0, header);
            mapVersion = decoder.heldVersion();
            states.decode(decoder);
            map = new byte[decoder.heldMapLength()];
            decoder.getHeldMap(map, 0, map.length);
            return new Saved(state, length).digest();
        }
    }
}
