// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.MessageHeaderEncoder;
import io.flagstone.cluster.codec.MovePhase;
import io.flagstone.cluster.codec.SlotMapDecoder;
import io.flagstone.cluster.codec.SlotMapEncoder;
import io.flagstone.cluster.internal.KeySlots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;

/**
 * Which shard has which of the 16 384 slots, and the move that is under way, if any. Each change is
 * a map with the next version. The first cluster keeps the latest one.
 *
 * <p>Immutable. Looking up a slot allocates nothing.
 */
public final class SlotMap {
    /** The number of slots. */
    public static final int SLOTS = KeySlots.COUNT;

    /** The most shards of a map. */
    public static final int MAX_SHARDS = 256;

    private static final int MAX_RANGES = 4096;
    private static final int MAX_ENDPOINTS_LENGTH = 1024;

    /** The endpoints of a number whose shard was removed. */
    private static final String REMOVED = "";

    private final long version;
    private final List<String> endpoints;
    private final char[] owners;
    private final SlotMove move;

    private SlotMap(long version, List<String> endpoints, char[] owners, SlotMove move) {
        this.version = version;
        this.endpoints = List.copyOf(endpoints);
        this.owners = owners;
        this.move = move;
    }

    /**
     * Returns the map of a single cluster, which has all slots.
     *
     * @param ingressEndpoints of the cluster, as {@code AeronCluster.Context} wants them.
     * @return the map, of version 0.
     */
    public static SlotMap of(String ingressEndpoints) {
        checkEndpoints(ingressEndpoints);
        return new SlotMap(0, List.of(ingressEndpoints), new char[SLOTS], null);
    }

    private static void checkEndpoints(String text) {
        if (text.isEmpty() || text.length() > MAX_ENDPOINTS_LENGTH) {
            throw new IllegalArgumentException(
                    "endpoints must have 1 to "
                            + MAX_ENDPOINTS_LENGTH
                            + " characters: length="
                            + text.length());
        }
    }

    /**
     * Returns the slot of a key: the CRC-16 (XMODEM) of its bytes, modulo 16 384.
     *
     * @param key the key's buffer.
     * @param keyOffset the offset of the key.
     * @param keyLength the length of the key in bytes.
     * @return 0 to 16 383.
     */
    public static int slotOf(DirectBuffer key, int keyOffset, int keyLength) {
        return KeySlots.slotOf(key, keyOffset, keyLength);
    }

    /**
     * Returns the version.
     *
     * @return 0 for the map of a cluster that has no shards.
     */
    public long version() {
        return version;
    }

    /**
     * Returns one more than the highest number of a shard. The numbers begin at 0. Shards keep
     * their numbers when another one is removed, so {@link #isShard} may be false for a number
     * between.
     *
     * @return at least 1.
     */
    public int shards() {
        return endpoints.size();
    }

    /**
     * Returns whether a number is that of a shard.
     *
     * @param shard the number.
     * @return false if there has been no such shard, or if it was removed.
     */
    public boolean isShard(int shard) {
        return shard >= 0 && shard < shards() && !endpoints.get(shard).equals(REMOVED);
    }

    /**
     * Returns where a shard is.
     *
     * @param shard its number, less than {@link #shards}.
     * @return the ingress endpoints of its cluster, empty if it was removed.
     */
    public String endpoints(int shard) {
        return endpoints.get(shard);
    }

    /**
     * Returns the number of the shard at some endpoints.
     *
     * @param ingressEndpoints of its cluster.
     * @return the number, or -1 if there is none.
     */
    public int shardAt(String ingressEndpoints) {
        return ingressEndpoints.equals(REMOVED) ? -1 : endpoints.indexOf(ingressEndpoints);
    }

    /**
     * Returns the shard that has a slot.
     *
     * @param slot 0 to 16 383.
     * @return its number.
     */
    public int shardOf(int slot) {
        return owners[slot];
    }

    /**
     * Returns how many slots a shard has.
     *
     * @param shard its number.
     * @return 0 to 16 384.
     */
    public int slots(int shard) {
        int count = 0;
        for (final char owner : owners) {
            count += owner == shard ? 1 : 0;
        }
        return count;
    }

    /**
     * Returns the slots of a shard.
     *
     * @param shard its number.
     * @return ascending.
     */
    public List<SlotRange> ranges(int shard) {
        final List<SlotRange> ranges = new ArrayList<>();
        for (int slot = 0; slot < SLOTS; slot = endOfRun(slot)) {
            if (owners[slot] == shard) {
                ranges.add(new SlotRange(slot, endOfRun(slot) - 1));
            }
        }
        return ranges;
    }

    private int endOfRun(int slot) {
        int end = slot + 1;
        while (end < SLOTS && owners[end] == owners[slot]) {
            end++;
        }
        return end;
    }

    /**
     * Returns the move that is under way.
     *
     * @return null if there is none.
     */
    public SlotMove move() {
        return move;
    }

    /**
     * Returns a map with one more shard, which has no slots yet. It gets the lowest free number.
     */
    SlotMap withShard(String ingressEndpoints) {
        checkEndpoints(ingressEndpoints);
        final List<String> all = new ArrayList<>(endpoints);
        final int free = all.indexOf(REMOVED);
        if (free >= 0) {
            all.set(free, ingressEndpoints);
        } else if (shards() < MAX_SHARDS) {
            all.add(ingressEndpoints);
        } else {
            throw new IllegalArgumentException("a map has at most " + MAX_SHARDS + " shards");
        }
        return new SlotMap(version + 1, all, owners, move);
    }

    /**
     * Returns a map without a shard. The others keep their numbers, which their clusters know.
     *
     * @throws IllegalStateException if the shard has slots, a move is under way, or it is the first
     *     one, which keeps the map.
     */
    SlotMap withoutShard(int shard) {
        if (shard == 0 || !isShard(shard) || slots(shard) > 0 || move != null) {
            throw new IllegalStateException(
                    "a shard cannot be dropped while it has slots, during a move, or if it is the"
                            + " first: shard="
                            + shard
                            + ", slots="
                            + slots(shard)
                            + ", move="
                            + move);
        }
        final List<String> left = new ArrayList<>(endpoints);
        left.set(shard, REMOVED);
        while (left.get(left.size() - 1).equals(REMOVED)) {
            left.remove(left.size() - 1);
        }
        return new SlotMap(version + 1, left, owners, null);
    }

    /** Returns a map with a move that begins. The slots belong to one shard, not to the target. */
    SlotMap withMove(SlotRange slots, int target) {
        final SlotMove begun =
                new SlotMove(
                        version + 1, SlotMove.Phase.COPYING, slots, shardOf(slots.first()), target);
        return new SlotMap(version + 1, endpoints, owners, begun);
    }

    /** Returns a map in which the target of the move has its slots. */
    SlotMap switched() {
        final char[] next = owners.clone();
        Arrays.fill(next, move.slots().first(), move.slots().last() + 1, (char) move.target());
        return new SlotMap(version + 1, endpoints, next, move.with(SlotMove.Phase.SWITCHED));
    }

    /** Returns a map in which the source of the move keeps its slots. */
    SlotMap aborted() {
        return new SlotMap(version + 1, endpoints, owners, move.with(SlotMove.Phase.ABORTED));
    }

    /** Returns a map without the move. */
    SlotMap ended() {
        return new SlotMap(version + 1, endpoints, owners, null);
    }

    /**
     * Returns the next slots that a shard needs for an equal share: the last ones of the shard that
     * has the most.
     *
     * @param target the shard.
     * @param step the most slots.
     * @return neighbours of one shard, or null if the target has its share.
     */
    SlotRange nextForShare(int target, int step) {
        final int share = SLOTS / count();
        int source = target;
        for (int shard = 0; shard < shards(); shard++) {
            source = slots(shard) > slots(source) ? shard : source;
        }
        final int count = Math.min(step, Math.min(share - slots(target), slots(source) - share));
        if (count <= 0) {
            return null;
        }
        int last = SLOTS - 1;
        while (owners[last] != source) {
            last--;
        }
        int first = last;
        while (first > 0 && owners[first - 1] == source && last - first + 1 < count) {
            first--;
        }
        return new SlotRange(first, last);
    }

    private int count() {
        int count = 0;
        for (int shard = 0; shard < shards(); shard++) {
            count += isShard(shard) ? 1 : 0;
        }
        return count;
    }

    /**
     * Returns the shard that gets the next slots of one that shall be removed: of the others the
     * one that has the fewest.
     *
     * @param removed the shard.
     * @return its number.
     */
    int targetOfRemoval(int removed) {
        int target = -1;
        for (int shard = 0; shard < shards(); shard++) {
            if (shard != removed
                    && isShard(shard)
                    && (target < 0 || slots(shard) < slots(target))) {
                target = shard;
            }
        }
        return target;
    }

    /**
     * Returns the next slots that leave a shard that shall be removed, so that the others come to
     * equal shares.
     *
     * @param removed the shard.
     * @param target the result of {@link #targetOfRemoval}.
     * @param step the most slots.
     * @return neighbours, or null if the shard has none.
     */
    SlotRange nextOfRemoval(int removed, int target, int step) {
        int first = 0;
        while (first < SLOTS && owners[first] != removed) {
            first++;
        }
        if (first == SLOTS) {
            return null;
        }
        // As many shards as the division leaves slots over get one slot more than the share.
        final int others = count() - 1;
        final int share = SLOTS / others;
        int above = 0;
        for (int shard = 0; shard < shards(); shard++) {
            above += shard != removed && slots(shard) > share ? 1 : 0;
        }
        final int room = share - slots(target) + (above < SLOTS % others ? 1 : 0);
        return new SlotRange(first, Math.min(endOfRun(first), first + Math.min(step, room)) - 1);
    }

    /**
     * Returns the next of some slots that a shard does not have yet.
     *
     * @param target the shard.
     * @param step the most slots.
     * @return neighbours of one shard, or null if the target has all.
     */
    SlotRange nextOf(SlotRange slots, int target, int step) {
        for (int slot = slots.first(); slot <= slots.last(); slot++) {
            if (owners[slot] != target) {
                final int end = Math.min(endOfRun(slot) - 1, slots.last());
                return new SlotRange(slot, Math.min(end, slot + step - 1));
            }
        }
        return null;
    }

    /**
     * Writes the map.
     *
     * @return the length.
     * @throws IllegalArgumentException if the slots are scattered too much.
     */
    int encode(ExpandableArrayBuffer buffer) {
        final MessageHeaderEncoder header = new MessageHeaderEncoder();
        final SlotMapEncoder encoder = new SlotMapEncoder();
        encoder.wrapAndApplyHeader(buffer, 0, header)
                .mapVersion(version)
                .moveId(move == null ? 0 : move.id())
                .movePhase(phase())
                .moveFirst(move == null ? 0 : move.slots().first())
                .moveLast(move == null ? 0 : move.slots().last())
                .moveSource(move == null ? 0 : move.source())
                .moveTarget(move == null ? 0 : move.target());
        int count = 0;
        for (int slot = 0; slot < SLOTS; slot = endOfRun(slot)) {
            count++;
        }
        if (count > MAX_RANGES) {
            throw new IllegalArgumentException(
                    "the slots of the shards may have at most "
                            + MAX_RANGES
                            + " ranges; move neighbours together: ranges="
                            + count);
        }
        final SlotMapEncoder.RangesEncoder ranges = encoder.rangesCount(count);
        for (int slot = 0; slot < SLOTS; slot = endOfRun(slot)) {
            ranges.next().first(slot).shard(owners[slot]);
        }
        final SlotMapEncoder.ShardsEncoder shards = encoder.shardsCount(shards());
        for (int shard = 0; shard < shards(); shard++) {
            shards.next().shard(shard).endpoints(endpoints.get(shard));
        }
        return header.encodedLength() + encoder.encodedLength();
    }

    private MovePhase phase() {
        return move == null ? MovePhase.NONE : MovePhase.valueOf(move.phase().name());
    }

    /**
     * Reads a map.
     *
     * @throws IllegalArgumentException if it is damaged.
     */
    static SlotMap decode(DirectBuffer buffer) {
        try {
            return read(buffer);
        } catch (final IndexOutOfBoundsException e) {
            throw new IllegalArgumentException("the map of slots is damaged", e);
        }
    }

    private static SlotMap read(DirectBuffer buffer) {
        final MessageHeaderDecoder header = new MessageHeaderDecoder();
        final SlotMapDecoder decoder = new SlotMapDecoder();
        header.wrap(buffer, 0);
        if (header.templateId() != SlotMapDecoder.TEMPLATE_ID) {
            throw new IllegalArgumentException(
                    "this is no map of slots: template=" + header.templateId());
        }
        decoder.wrapAndApplyHeader(buffer, 0, header);
        final SlotMove move =
                decoder.movePhase() == MovePhase.NONE
                        ? null
                        : new SlotMove(
                                decoder.moveId(),
                                SlotMove.Phase.valueOf(decoder.movePhase().name()),
                                new SlotRange(decoder.moveFirst(), decoder.moveLast()),
                                decoder.moveSource(),
                                decoder.moveTarget());
        final char[] owners = new char[SLOTS];
        for (final SlotMapDecoder.RangesDecoder range : decoder.ranges()) {
            Arrays.fill(owners, range.first(), SLOTS, (char) range.shard());
        }
        final List<String> endpoints = new ArrayList<>();
        for (final SlotMapDecoder.ShardsDecoder shard : decoder.shards()) {
            endpoints.add(shard.endpoints());
        }
        for (final char owner : owners) {
            if (owner >= endpoints.size() || endpoints.get(owner).equals(REMOVED)) {
                throw new IllegalArgumentException(
                        "the map of slots is damaged: shard=" + (int) owner);
            }
        }
        return new SlotMap(decoder.mapVersion(), endpoints, owners, move);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotMap map
                && version == map.version
                && endpoints.equals(map.endpoints)
                && Arrays.equals(owners, map.owners)
                && (move == null ? map.move == null : move.equals(map.move));
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version) * 31 + Arrays.hashCode(owners);
    }
}
