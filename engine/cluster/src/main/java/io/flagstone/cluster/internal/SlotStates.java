// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.cluster.codec.ShardStateDecoder;
import io.flagstone.cluster.codec.ShardStateEncoder;
import io.flagstone.cluster.codec.SlotPhase;
import io.flagstone.cluster.codec.Status;
import java.util.Arrays;

/**
 * Which slots a shard serves, and how far it is in the move that it takes part in. A part of the
 * state of every member.
 *
 * <p>A shard takes part in one move at a time, as its source or its target. Moves have ascending
 * numbers, and every step names its move. A step that comes again does nothing, and a step of an
 * earlier move is refused, so a mover that was held up can do no harm.
 *
 * <pre>
 * source: IDLE -- freeze --&gt; FROZEN -- commit --&gt; DROPPING -- dropped --&gt; IDLE
 *                            FROZEN -- abort  --&gt; IDLE
 * target: IDLE -- prepare -&gt; IMPORTING -- commit --&gt; IDLE
 *                            IMPORTING -- abort  --&gt; DROPPING -- dropped --&gt; IDLE
 * </pre>
 *
 * <p>A service that has never heard of shards owns all slots, and looks at none.
 *
 * <p>Not thread-safe. Allocates nothing, except for the first move.
 */
public final class SlotStates {
    private static final int WORDS = KeySlots.COUNT / Long.SIZE;

    /** The slots that this shard serves, or null for all. */
    private long[] owned;

    private int shard;
    private long knownVersion;
    private long moveId;
    private SlotPhase phase = SlotPhase.IDLE;
    private int first;
    private int last;

    /** Creates the states of a service that owns all slots. */
    public SlotStates() {
        // There is nothing to do.
    }

    /** Returns whether this shard serves all slots, so that no key's slot matters. */
    public boolean ownsAll() {
        return owned == null;
    }

    /** Returns the number of this shard in the map, 0 for the first. */
    public int shard() {
        return shard;
    }

    /** Returns the latest version of the map that this shard knows of. */
    public long knownVersion() {
        return knownVersion;
    }

    /** Returns the last move that this shard took part in. */
    public long moveId() {
        return moveId;
    }

    /** Returns how far the move is. */
    public SlotPhase phase() {
        return phase;
    }

    /** Returns whether a slot belongs to the last move. */
    public boolean isInMove(int slot) {
        return slot >= first && slot <= last;
    }

    /** Returns whether this shard serves a slot: OK, BUSY or MOVED. */
    public Status check(int slot) {
        if (owns(slot)) {
            return phase == SlotPhase.FROZEN && isInMove(slot) ? Status.BUSY : Status.OK;
        }
        return phase == SlotPhase.IMPORTING && isInMove(slot) ? Status.BUSY : Status.MOVED;
    }

    private boolean owns(int slot) {
        return owned == null || (owned[slot >>> 6] & 1L << slot) != 0;
    }

    private boolean ownsAny(int from, int to) {
        boolean any = false;
        for (int slot = from; slot <= to; slot++) {
            any |= owns(slot);
        }
        return any;
    }

    private boolean ownsEach(int from, int to) {
        boolean each = true;
        for (int slot = from; slot <= to; slot++) {
            each &= owns(slot);
        }
        return each;
    }

    private void own(int from, int to, boolean value) {
        if (owned == null) {
            owned = new long[WORDS];
            Arrays.fill(owned, -1);
        }
        for (int slot = from; slot <= to; slot++) {
            if (value) {
                owned[slot >>> 6] |= 1L << slot;
            } else {
                owned[slot >>> 6] &= ~(1L << slot);
            }
        }
    }

    /**
     * Makes a service that has owned all slots a shard that owns none. A shard that owns none may
     * get another number, since the map may have removed it. The version must be later than what it
     * knows of, so that a message of an earlier life as a shard changes nothing.
     *
     * @return false if it is another shard already. The caller has checked that it has no entries.
     */
    public boolean join(int number, long version) {
        if (shard == number) {
            return true;
        }
        if (owned != null
                && (shard == 0
                        || version <= knownVersion
                        || phase != SlotPhase.IDLE
                        || ownsAny(0, KeySlots.COUNT - 1))) {
            return false;
        }
        own(0, KeySlots.COUNT - 1, false);
        shard = number;
        knownVersion = version;
        return true;
    }

    /** Begins to take slots over. Returns whether this is the state now. */
    public boolean prepare(long move, int from, int to) {
        if (move == moveId) {
            return phase == SlotPhase.IMPORTING;
        }
        return !ownsAny(from, to) && begin(move, from, to, SlotPhase.IMPORTING);
    }

    /** Returns the first slot of the last move. */
    public int first() {
        return first;
    }

    /** Returns the last slot of the last move. */
    public int last() {
        return last;
    }

    /** Returns whether a move that has not come here could freeze its slots. */
    public boolean mayFreeze(long move, int from, int to) {
        return move > moveId && phase == SlotPhase.IDLE && from <= to && ownsEach(from, to);
    }

    /** Stops to serve slots that shall leave. Returns whether this is the state now. */
    public boolean freeze(long move, int from, int to) {
        if (move == moveId) {
            return phase == SlotPhase.FROZEN;
        }
        return ownsEach(from, to) && begin(move, from, to, SlotPhase.FROZEN);
    }

    private boolean begin(long move, int from, int to, SlotPhase next) {
        if (move < moveId || phase != SlotPhase.IDLE) {
            return false;
        }
        own(from, to, next == SlotPhase.FROZEN);
        moveId = move;
        knownVersion = move;
        phase = next;
        first = from;
        last = to;
        return true;
    }

    /** Returns whether entries of a move may be written. */
    public boolean isImporting(long move) {
        return move == moveId && phase == SlotPhase.IMPORTING;
    }

    /** Returns whether entries of a move may be read. */
    public boolean isFrozen(long move) {
        return move == moveId && phase == SlotPhase.FROZEN;
    }

    /** Takes the slots over, or gives them up: the map has switched. */
    public boolean commit(long move, long version) {
        if (move != moveId) {
            return false;
        }
        if (phase == SlotPhase.IMPORTING) {
            own(first, last, true);
            phase = SlotPhase.IDLE;
            knownVersion = version;
        } else if (phase == SlotPhase.FROZEN) {
            own(first, last, false);
            phase = SlotPhase.DROPPING;
            knownVersion = version;
        }
        return true;
    }

    /**
     * Goes on serving the slots, or forgets what was imported: the map has aborted the move. A
     * shard that the move has not reached yet refuses it from now on.
     */
    public boolean abort(long move, long version) {
        if (move < moveId || move > moveId && phase != SlotPhase.IDLE) {
            return false;
        }
        if (move > moveId) {
            moveId = move;
            knownVersion = version;
        } else if (phase == SlotPhase.FROZEN) {
            phase = SlotPhase.IDLE;
            knownVersion = version;
        } else if (phase == SlotPhase.IMPORTING) {
            phase = SlotPhase.DROPPING;
            knownVersion = version;
        }
        return true;
    }

    /** Notes that there is no entry of the move's slots any more. */
    public void dropped() {
        phase = SlotPhase.IDLE;
    }

    /** Writes the states. The caller wraps the encoder and adds the map. */
    public void encode(ShardStateEncoder encoder) {
        encoder.shard(shard)
                .knownVersion(knownVersion)
                .moveId(moveId)
                .phase(phase)
                .first(first)
                .last(last)
                // Of use to an earlier version only, which counted segments.
                .dropped(0);
        final ShardStateEncoder.OwnedEncoder ranges = encoder.ownedCount(ranges());
        int slot = 0;
        while (slot < KeySlots.COUNT) {
            final int end = endOfRun(slot);
            if (owns(slot)) {
                ranges.next().first(slot).last(end - 1);
            }
            slot = end;
        }
    }

    private int ranges() {
        int count = 0;
        for (int slot = 0; slot < KeySlots.COUNT; slot = endOfRun(slot)) {
            count += owns(slot) ? 1 : 0;
        }
        return count;
    }

    private int endOfRun(int slot) {
        final boolean value = owns(slot);
        int end = slot + 1;
        while (end < KeySlots.COUNT && owns(end) == value) {
            end++;
        }
        return end;
    }

    /** Reads the states from a snapshot. */
    public void decode(ShardStateDecoder decoder) {
        shard = decoder.shard();
        knownVersion = decoder.knownVersion();
        moveId = decoder.moveId();
        phase = decoder.phase();
        first = decoder.first();
        last = decoder.last();
        own(0, KeySlots.COUNT - 1, false);
        for (final ShardStateDecoder.OwnedDecoder range : decoder.owned()) {
            own(range.first(), range.last(), true);
        }
        if (shard == 0 && moveId == 0 && ownsEach(0, KeySlots.COUNT - 1)) {
            owned = null;
        }
    }
}
