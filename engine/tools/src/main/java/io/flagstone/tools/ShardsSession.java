// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterRequestException;
import io.flagstone.cluster.ShardMoveException;
import io.flagstone.cluster.ShardMover;
import io.flagstone.cluster.SlotMap;
import io.flagstone.cluster.SlotMove;
import io.flagstone.cluster.SlotRange;
import io.flagstone.tools.console.Json;
import io.flagstone.tools.console.TextTable;
import java.io.File;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Carries out the commands of {@code shards}. The only class that needs the cluster's module. */
final class ShardsSession {
    private static final int TERM_BYTES = 1 << 20;
    private static final int SHOWN_RANGES = 4;

    private final ShardMover mover;
    private final PrintWriter out;

    private ShardsSession(ShardMover mover, PrintWriter out) {
        this.mover = mover.listener(this::onMove);
        this.out = out;
    }

    /**
     * Runs a command.
     *
     * @return the exit status.
     */
    static int run(
            String first,
            String host,
            int timeoutSeconds,
            CommandLine line,
            ToIntFunction<ShardsSession> command) {
        try (ClientDriver driver =
                        ClientDriver.launch(directory(), host, TERM_BYTES, thrown -> {});
                ShardMover mover =
                        ShardMover.connect(
                                first,
                                endpoints ->
                                        driver.client(endpoints)
                                                .requestTimeoutNs(
                                                        TimeUnit.SECONDS.toNanos(
                                                                timeoutSeconds)))) {
            return command.applyAsInt(new ShardsSession(mover, line.getOut()));
        } catch (final IllegalArgumentException e) {
            throw new ParameterException(line, e.getMessage(), e);
        } catch (final ShardMoveException e) {
            return failed(line, e.getMessage());
        } catch (final ClusterRequestException e) {
            return failed(line, e.getMessage() + "; a move may be under way: see 'shards show'");
        }
    }

    private static int failed(CommandLine line, String message) {
        final PrintWriter err = line.getErr();
        err.println("error: " + message);
        err.flush();
        return 1;
    }

    private static String directory() {
        final File memory = new File("/dev/shm");
        final File parent =
                memory.isDirectory() && memory.canWrite()
                        ? memory
                        : new File(System.getProperty("java.io.tmpdir"));
        return new File(parent, "flagstone-tools-" + ProcessHandle.current().pid()).getPath();
    }

    private void onMove(SlotMap map, SlotMove move, long entries) {
        out.printf(
                Locale.ROOT,
                "slots %-11s  shard %d to %d  %,d entries%s%n",
                move.slots(),
                move.source(),
                move.target(),
                entries,
                move.phase() == SlotMove.Phase.ABORTED ? ", aborted" : "");
        out.flush();
    }

    private ShardMover mover(int step, int pageBytes) {
        return mover.step(step).pageBytes(pageBytes);
    }

    int add(String shard, int step, int pageBytes) {
        final int number = mover(step, pageBytes).add(shard);
        out.println("shard " + number + " has its share");
        return show(false);
    }

    int remove(String shard, int step, int pageBytes) {
        mover(step, pageBytes).remove(shard);
        out.println("the shard at " + shard + " was removed; it has no slots");
        return show(false);
    }

    int move(int first, int last, int target, int step, int pageBytes) {
        mover(step, pageBytes).move(new SlotRange(first, last), target);
        return show(false);
    }

    int resume(int step, int pageBytes) {
        if (!mover(step, pageBytes).resume()) {
            out.println("no move is under way");
            out.flush();
        }
        return 0;
    }

    int abort() {
        if (!mover.abort()) {
            out.println("no move is under way");
            out.flush();
        }
        return 0;
    }

    int show(boolean json) {
        final SlotMap map = mover.map();
        if (json) {
            out.print(json(map));
        } else {
            print(map);
        }
        out.flush();
        return map.move() == null ? 0 : 1;
    }

    private void print(SlotMap map) {
        final SlotMove move = map.move();
        out.println("version " + map.version());
        final List<List<String>> rows = new ArrayList<>();
        for (int shard = 0; shard < map.shards(); shard++) {
            if (map.isShard(shard)) {
                rows.add(
                        List.of(
                                map.endpoints(shard),
                                Integer.toString(shard),
                                Integer.toString(map.slots(shard)),
                                ranges(map.ranges(shard))));
            }
        }
        TextTable.print(out, List.of("cluster", "shard", "slots", "ranges"), rows);
        if (move != null) {
            out.printf(
                    "! slots %s: the move from shard %d to shard %d is %s; run 'shards resume'%n",
                    move.slots(),
                    move.source(),
                    move.target(),
                    move.phase().name().toLowerCase(Locale.ROOT));
        }
    }

    private static String ranges(List<SlotRange> ranges) {
        final String shown =
                ranges.stream()
                        .limit(SHOWN_RANGES)
                        .map(SlotRange::toString)
                        .collect(Collectors.joining(" "));
        return ranges.size() > SHOWN_RANGES
                ? shown + " and " + (ranges.size() - SHOWN_RANGES) + " more"
                : shown;
    }

    private static JsonObject json(SlotMap map, int shard) {
        final JsonObject row = new JsonObject();
        row.addProperty("shard", shard);
        row.addProperty("endpoints", map.endpoints(shard));
        row.addProperty("slots", map.slots(shard));
        final JsonArray ranges = new JsonArray();
        map.ranges(shard).forEach(range -> ranges.add(range.toString()));
        row.add("ranges", ranges);
        return row;
    }

    private static String json(SlotMap map) {
        final JsonObject root = new JsonObject();
        root.addProperty("version", map.version());
        final JsonArray shards = new JsonArray();
        for (int shard = 0; shard < map.shards(); shard++) {
            if (map.isShard(shard)) {
                shards.add(json(map, shard));
            }
        }
        root.add("shards", shards);
        final SlotMove move = map.move();
        if (move != null) {
            final JsonObject row = new JsonObject();
            row.addProperty("id", move.id());
            row.addProperty("phase", StatJson.camelCase(move.phase().name()));
            row.addProperty("slots", move.slots().toString());
            row.addProperty("source", move.source());
            row.addProperty("target", move.target());
            root.add("move", row);
        }
        return Json.render(root);
    }
}
