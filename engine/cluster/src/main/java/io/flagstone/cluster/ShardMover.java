// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.Operation;
import io.flagstone.cluster.internal.ShardOperations;
import java.util.Objects;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.agrona.ExpandableArrayBuffer;

/**
 * Moves slots between shards, and adds and removes shards, while all of them serve.
 *
 * <p>A move takes some neighbouring slots from one shard to another:
 *
 * <ol>
 *   <li>The map records the move. It has one at a time.
 *   <li>The source lists the keys of the slots, which takes the longer the more entries it has.
 *   <li>The target prepares; the source freezes the slots: requests for them are told to try again.
 *   <li>The mover copies the entries in pages. This takes the longer the more entries the slots
 *       have.
 *   <li>The map switches. This decides: before it, the move can be aborted; after it, it ends.
 *   <li>The target serves the slots. The source gives them up, and drops their entries.
 *   <li>The map forgets the move.
 * </ol>
 *
 * <p>The map and the shards keep all of it in their logs, and every step names its move and may be
 * repeated. So a mover may end at any point: the next one, on any machine, {@linkplain #resume goes
 * on}. Until then the slots of one step stay frozen. Several movers at the same time do no harm;
 * one of them goes on, and the others get a {@link ShardMoveException}.
 *
 * <p>Not thread-safe. Allocates.
 */
public final class ShardMover implements AutoCloseable {
    /** The number of slots of a step, unless a caller wants another. */
    public static final int DEFAULT_STEP = 64;

    /** The length of a page of entries in bytes, unless a caller wants another. */
    public static final int DEFAULT_PAGE_BYTES = 32 << 10;

    /** How often to list before the slots are frozen. */
    private static final int LISTS_AHEAD = 3;

    private final Function<String, ? extends ShardLink> links;
    private final AutoCloseable resource;
    private final String first;
    private final ExpandableArrayBuffer request = new ExpandableArrayBuffer();
    private final ExpandableArrayBuffer page = new ExpandableArrayBuffer();
    private int step = DEFAULT_STEP;
    private int pageBytes = DEFAULT_PAGE_BYTES;
    private int listKeys;
    private ShardMoveListener listener = (map, move, entries) -> {};
    private long copied;

    /** Creates a mover with its own connections. */
    ShardMover(Function<String, ? extends ShardLink> links, AutoCloseable resource, String first) {
        this.links = links;
        this.resource = resource;
        this.first = first;
    }

    /**
     * Creates a mover. It connects to a cluster when it needs it.
     *
     * @param firstEndpoints the ingress endpoints of the first cluster, which has the map.
     * @param clients returns the settings of a client for the ingress endpoints of a cluster.
     * @return a mover.
     */
    public static ShardMover connect(
            String firstEndpoints, Function<String, ClusterClientContext> clients) {
        final ShardConnections connections = new ShardConnections(clients);
        return new ShardMover(connections::to, connections, firstEndpoints);
    }

    /**
     * Sets how many slots move in one step. They are frozen together, so fewer are frozen for a
     * shorter time. Each step visits all entries of the source twice, while they are not frozen.
     * The default is {@link #DEFAULT_STEP}.
     *
     * @param slots 1 to 16 384.
     * @return this.
     */
    public ShardMover step(int slots) {
        if (slots < 1 || slots > SlotMap.SLOTS) {
            throw new IllegalArgumentException(
                    "step must be between 1 and " + SlotMap.SLOTS + ": step=" + slots);
        }
        this.step = slots;
        return this;
    }

    /**
     * Sets the length of a page. A page is a message through the log of the target and a response
     * of the source, so it must fit an eighth of their terms. The default is {@link
     * #DEFAULT_PAGE_BYTES}.
     *
     * @param bytes at least 1; a longer entry is a page by itself.
     * @return this.
     */
    public ShardMover pageBytes(int bytes) {
        CallContext.checkPositive("pageBytes", bytes);
        this.pageBytes = bytes;
        return this;
    }

    /** Sets how many keys a shard looks at in one request, 0 for its own bound. */
    ShardMover listKeys(int keys) {
        this.listKeys = keys;
        return this;
    }

    /**
     * Sets who hears of the moves.
     *
     * @param of the listener.
     * @return this.
     */
    public ShardMover listener(ShardMoveListener of) {
        this.listener = Objects.requireNonNull(of, "listener");
        return this;
    }

    /**
     * Returns the map.
     *
     * @return the latest one, of version 0 if there are no shards yet.
     * @throws ClusterRequestException if the first cluster does not answer.
     */
    public SlotMap map() {
        final ShardLink link = links.apply(first);
        final Outcome outcome =
                link.call(Operation.SLOT_MAP, 0, 0, 0, RequestSession.EMPTY, 0, page);
        if (outcome == Outcome.NOT_FOUND) {
            return SlotMap.of(first);
        }
        check(outcome, "the map cannot be read");
        return SlotMap.decode(page);
    }

    /** Writes the next map. */
    private SlotMap write(SlotMap next) {
        final ShardLink link = links.apply(first);
        final int length = next.encode(request);
        final Outcome outcome =
                link.call(
                        Operation.SLOT_MAP_SET,
                        0,
                        next.version(),
                        next.version() - 1,
                        request,
                        length,
                        page);
        if (outcome == Outcome.REFUSED) {
            throw new ShardMoveException(first + " does not keep the map: name the first cluster");
        }
        check(outcome, "the map cannot be written");
        if (link.number() == 0) {
            throw new ShardMoveException(
                    "another mover has changed the map since version "
                            + (next.version() - 1)
                            + ": look at it, and try again");
        }
        return next;
    }

    private static void check(Outcome outcome, String message) {
        if (outcome != Outcome.OK) {
            throw new ClusterRequestException(message + ": " + outcome, outcome);
        }
    }

    /**
     * Adds a shard and moves an equal share of the slots to it. If the endpoints are those of a
     * shard already, goes on with its share. First ends a move that is under way.
     *
     * @param ingressEndpoints of a new cluster, which has no entries.
     * @return the number of the shard.
     * @throws ShardMoveException if a shard refuses a step, or another mover changed the map.
     * @throws ClusterRequestException if a cluster does not answer; run it again.
     */
    public int add(String ingressEndpoints) {
        SlotMap map = complete(map());
        int shard = map.shardAt(ingressEndpoints);
        if (shard < 0) {
            final SlotMap grown = map.withShard(ingressEndpoints);
            shard = grown.shardAt(ingressEndpoints);
            join(grown, shard);
            map = write(grown);
        } else {
            join(map, shard);
        }
        SlotRange next = map.nextForShare(shard, step);
        while (next != null) {
            map = complete(write(map.withMove(next, shard)));
            next = map.nextForShare(shard, step);
        }
        return shard;
    }

    /**
     * Moves all slots of a shard to the others, so that these come to equal shares, and removes it
     * from the map. Clients that do not know yet find the new map as after a move; the cluster may
     * end once they have. If a mover was ended here, {@link #resume} or {@link #abort} the move
     * that it left, and remove the shard again: that goes on with the slots that are left.
     *
     * @param ingressEndpoints of the shard, as the map has them.
     * @throws IllegalArgumentException if there is no such shard, or if it is the first one, which
     *     keeps the map. The map is as before.
     * @throws ShardMoveException if a move is under way, and the map is as before; if a shard
     *     refuses a step, or another mover changed the map.
     * @throws ClusterRequestException if a cluster does not answer; resume, and run it again.
     */
    public void remove(String ingressEndpoints) {
        SlotMap map = map();
        final int shard = map.shardAt(ingressEndpoints);
        if (shard < 0) {
            throw new IllegalArgumentException(
                    "no shard has these endpoints, or it was removed; use those of a shard in the"
                            + " map: endpoints="
                            + ingressEndpoints);
        }
        if (shard == 0) {
            throw new IllegalArgumentException(
                    "the first shard keeps the map and cannot be removed; move its slots to other"
                            + " shards if it shall have none: endpoints="
                            + ingressEndpoints);
        }
        if (map.move() != null) {
            throw new ShardMoveException(
                    "the move of the slots "
                            + map.move().slots()
                            + " from shard "
                            + map.move().source()
                            + " to shard "
                            + map.move().target()
                            + " is under way: resume or abort it, then remove shard "
                            + shard
                            + " again");
        }
        int target = map.targetOfRemoval(shard);
        SlotRange next = map.nextOfRemoval(shard, target, step);
        while (next != null) {
            join(map, target);
            map = complete(write(map.withMove(next, target)));
            target = map.targetOfRemoval(shard);
            next = map.nextOfRemoval(shard, target, step);
        }
        write(map.withoutShard(shard));
    }

    private void join(SlotMap map, int shard) {
        if (shard > 0) {
            final Outcome outcome =
                    links.apply(map.endpoints(shard))
                            .call(
                                    Operation.SHARD_JOIN,
                                    shard,
                                    map.version(),
                                    0,
                                    RequestSession.EMPTY,
                                    0,
                                    page);
            if (outcome == Outcome.REFUSED) {
                throw new ShardMoveException(
                        "the cluster at "
                                + map.endpoints(shard)
                                + " must be empty, and no other shard, to be shard "
                                + shard);
            }
            check(outcome, "the cluster at " + map.endpoints(shard) + " cannot join");
        }
    }

    /**
     * Moves slots to a shard, from wherever they are. First ends a move that is under way.
     *
     * @param slots the slots.
     * @param target the number of a shard.
     * @throws IllegalArgumentException if there is no such shard.
     * @throws ShardMoveException if a shard refuses a step, or another mover changed the map.
     * @throws ClusterRequestException if a cluster does not answer; run it again.
     */
    public void move(SlotRange slots, int target) {
        SlotMap map = complete(map());
        if (target < 0 || target >= map.shards()) {
            throw new IllegalArgumentException(
                    "shard must be between 0 and " + (map.shards() - 1) + ": shard=" + target);
        }
        if (!map.isShard(target)) {
            throw new IllegalArgumentException(
                    "the shard was removed; use one that the map has: shard=" + target);
        }
        join(map, target);
        SlotRange next = map.nextOf(slots, target, step);
        while (next != null) {
            map = complete(write(map.withMove(next, target)));
            next = map.nextOf(slots, target, step);
        }
    }

    /**
     * Ends a move that another mover has begun.
     *
     * @return whether there was one.
     * @throws ShardMoveException if a shard refuses a step, or another mover changed the map.
     * @throws ClusterRequestException if a cluster does not answer; run it again.
     */
    public boolean resume() {
        final SlotMap map = map();
        complete(map);
        return map.move() != null;
    }

    /**
     * Aborts a move that is under way, so that the source serves the slots again.
     *
     * @return whether there was one.
     * @throws ShardMoveException if the target has the slots already; {@link #resume} ends the
     *     move.
     * @throws ClusterRequestException if a cluster does not answer; run it again.
     */
    public boolean abort() {
        final SlotMap map = map();
        if (map.move() == null) {
            return false;
        }
        switch (map.move().phase()) {
            case COPYING -> complete(write(map.aborted()));
            case ABORTED -> complete(map);
            case SWITCHED ->
                    throw new ShardMoveException(
                            "the move of the slots "
                                    + map.move().slots()
                                    + " has switched and can only be resumed");
        }
        return true;
    }

    /** Ends the move of a map, if it has one. */
    private SlotMap complete(SlotMap begun) {
        SlotMap map = begun;
        if (map.move() == null) {
            return map;
        }
        copied = 0;
        if (map.move().phase() == SlotMove.Phase.COPYING) {
            try {
                copy(map);
            } catch (final ShardMoveException e) {
                complete(write(map.aborted()));
                throw e;
            }
            map = write(map.switched());
        }
        final SlotMove move = map.move();
        if (move.phase() == SlotMove.Phase.SWITCHED) {
            end(Operation.MOVE_COMMIT, map, move.target());
            end(Operation.MOVE_COMMIT, map, move.source());
            drop(map, move.source());
        } else {
            end(Operation.MOVE_ABORT, map, move.source());
            end(Operation.MOVE_ABORT, map, move.target());
            drop(map, move.target());
        }
        map = write(map.ended());
        listener.onMove(map, move, copied);
        return map;
    }

    private void copy(SlotMap map) {
        final SlotMove move = map.move();
        final ShardLink source = links.apply(map.endpoints(move.source()));
        final ShardLink target = links.apply(map.endpoints(move.target()));
        final int slots = ShardOperations.slots(move.slots().first(), move.slots().last());
        int listed = listAhead(source, move, slots);
        step(target, Operation.MOVE_PREPARE, slots, move, 0);
        step(source, Operation.MOVE_FREEZE, slots, move, 0);
        boolean all = false;
        while (!all) {
            copied = 0;
            listed = list(source, move, slots, listed);
            all = listed > 0 && copy(source, target, move);
            listed = 0;
        }
    }

    /**
     * Lists the keys before the slots are frozen. If that fails, the list is made afterwards: the
     * slots may be frozen already, another mover may list, or keys may come faster than there is
     * room for them.
     *
     * @return the number of steps that were made, 0 if there is no list.
     */
    private int listAhead(ShardLink source, SlotMove move, int slots) {
        int listed = 0;
        for (int i = 0; i < LISTS_AHEAD && listed == 0; i++) {
            try {
                listed = list(source, move, slots, 0);
            } catch (final ShardMoveException e) {
                // The next steps of the move say why.
                return 0;
            }
        }
        return listed;
    }

    /**
     * Goes on with the list of the source.
     *
     * @param from the step to begin with.
     * @return the number of steps that were made, or 0 if the source has no such list.
     */
    private int list(ShardLink source, SlotMove move, int slots, int from) {
        final long of = ShardOperations.list(slots, listKeys);
        int made = from;
        long steps = from + 1;
        while (made < steps) {
            if (!step(source, Operation.MOVE_INDEX, made, move, of)) {
                return 0;
            }
            made++;
            steps = source.number();
        }
        return made;
    }

    /** Returns whether all entries were copied; otherwise begin again. */
    private boolean copy(ShardLink source, ShardLink target, SlotMove move) {
        long cursor = 0;
        while (cursor >= 0) {
            if (!step(source, Operation.MOVE_EXPORT, pageBytes, move, cursor)) {
                return false;
            }
            final long next = source.number();
            final int length = source.length();
            if (length > 0) {
                request.putBytes(0, page, 0, length);
                step(target, Operation.MOVE_IMPORT, length, move, 0);
                copied += target.number();
            } else if (next == cursor) {
                throw new ShardMoveException("an entry is longer than the source's responses");
            }
            cursor = next;
        }
        return true;
    }

    /**
     * Takes a step of the copy.
     *
     * @return false if the source has no list, because another member leads it.
     * @throws ShardMoveException if the shard will never take the step.
     */
    private boolean step(
            ShardLink link, Operation operation, int index, SlotMove move, long cursor) {
        final int length = operation == Operation.MOVE_IMPORT ? index : 0;
        final Outcome outcome;
        try {
            outcome = link.call(operation, index, move.id(), cursor, request, length, page);
        } catch (final IllegalArgumentException e) {
            throw new ShardMoveException("a page is too long: " + e.getMessage());
        }
        switch (outcome) {
            case OK -> {
                return true;
            }
            case NOT_FOUND -> {
                return false;
            }
            case REFUSED, ENTRY_TOO_LARGE, RESPONSE_TOO_LONG, UNSUPPORTED ->
                    throw new ShardMoveException(
                            "the move of the slots "
                                    + move.slots()
                                    + " from shard "
                                    + move.source()
                                    + " to shard "
                                    + move.target()
                                    + " was aborted: "
                                    + operation
                                    + " has ended as "
                                    + outcome);
            default ->
                    throw new ClusterRequestException(
                            operation + " has ended as " + outcome, outcome);
        }
    }

    private void end(Operation operation, SlotMap map, int shard) {
        final Outcome outcome =
                links.apply(map.endpoints(shard))
                        .call(
                                operation,
                                0,
                                map.move().id(),
                                map.version(),
                                RequestSession.EMPTY,
                                0,
                                page);
        if (outcome == Outcome.REFUSED) {
            throw another(map);
        }
        check(outcome, operation + " at shard " + shard);
    }

    private static ShardMoveException another(SlotMap map) {
        return new ShardMoveException(
                "another mover has ended the move of the slots " + map.move().slots());
    }

    private void drop(SlotMap map, int shard) {
        final ShardLink link = links.apply(map.endpoints(shard));
        boolean more = true;
        while (more) {
            final Outcome outcome =
                    link.call(
                            Operation.MOVE_DROP,
                            listKeys,
                            map.move().id(),
                            0,
                            RequestSession.EMPTY,
                            0,
                            page);
            if (outcome == Outcome.REFUSED) {
                throw another(map);
            }
            check(outcome, "entries of moved slots cannot be dropped at shard " + shard);
            more = link.number() > 0;
        }
    }

    /** Leaves the clusters. A move that is under way stays so. */
    @Override
    public void close() {
        CloseHelper.close(resource);
    }
}
