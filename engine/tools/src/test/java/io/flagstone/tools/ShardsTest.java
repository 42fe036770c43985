// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.cluster.ClientDriver;
import io.flagstone.cluster.ClusterMember;
import io.flagstone.cluster.ClusterMemberContext;
import io.flagstone.cluster.ClusterServiceContext;
import io.flagstone.cluster.FlagstoneClusteredService;
import io.flagstone.cluster.ShardedCache;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code shards}, with two clusters of one member. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ShardsTest {
    private static final String NAME =
            "/dev/shm/flagstone-tools-test-" + ProcessHandle.current().pid();
    private static final int FIRST_PORT =
            21_000 + (int) (ProcessHandle.current().pid() * 97 % 20_000);

    @TempDir File directory;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() {
        for (int i = opened.size() - 1; i >= 0; i--) {
            CloseHelper.quietClose(opened.get(i));
        }
    }

    private String start(int number) {
        return start(number, true);
    }

    private String start(int number, boolean clean) {
        final ClusterMemberContext context =
                new ClusterMemberContext()
                        .basePort(FIRST_PORT + ClusterMemberContext.PORTS * number)
                        .directory(new File(directory, "shard-" + number))
                        .aeronDirectory(NAME + '-' + number)
                        .clean(clean)
                        .frugal(true)
                        .termBytes(128 << 10)
                        .heartbeatTimeoutNs(TimeUnit.SECONDS.toNanos(1))
                        .errorHandler(thrown -> {});
        opened.add(
                ClusterMember.launch(
                        context,
                        new FlagstoneClusteredService(
                                new ClusterServiceContext()
                                        .cache(
                                                OffHeapCache.builder()
                                                        .memoryBytes(1 << 18)
                                                        .segments(2),
                                                7))));
        return context.ingressEndpoints();
    }

    private static CommandRun run(String... arguments) {
        return CommandRun.of("shards", (Object[]) arguments);
    }

    @Test
    void addsAShardAndMovesSlots() {
        final String first = start(0);
        final String second = start(1);
        final ClientDriver driver =
                ClientDriver.launch(NAME + "-client", "localhost", 64 << 10, thrown -> {});
        opened.add(driver);
        final ShardedCache cache = ShardedCache.connect(first, driver::client);
        opened.add(cache);
        final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
        for (int i = 0; i < 200; i++) {
            key.putLong(0, i);
            cache.put(key, 0, 8, key, 0, 8, OffHeapCache.NO_TTL);
        }
        final CommandRun before = run("show", "--first", first);
        assertThat(before.err()).isEmpty();
        assertThat(before.status()).isZero();
        assertThat(before.out()).contains("version 0").contains("16384");

        final CommandRun added =
                run(
                        "add",
                        "--first",
                        first,
                        "--shard",
                        second,
                        "--step",
                        "4096",
                        "--page-bytes",
                        "4000");
        assertThat(added.err()).isEmpty();
        assertThat(added.status()).isZero();
        assertThat(added.out())
                .contains("slots 12288-16383  shard 0 to 1  ")
                .contains("slots 8192-12287   shard 0 to 1  ")
                .contains("shard 1 has its share");

        final CommandRun moved =
                run(
                        "move",
                        "--first",
                        first,
                        "--slots",
                        "0-99",
                        "--to",
                        "1",
                        "--page-bytes",
                        "4000");
        assertThat(moved.status()).isZero();
        final CommandRun shown = run("show", "--first", first, "--json");
        assertThat(shown.out())
                .contains("\"slots\": 8092")
                .contains("\"100-8191\"")
                .contains("\"8192-16383\"")
                .doesNotContain("\"move\"");
        assertThat(run("resume", "--first", first).out()).contains("no move is under way");
        assertThat(run("abort", "--first", first).out()).contains("no move is under way");
        for (int i = 0; i < 200; i++) {
            key.putLong(0, i);
            assertThat(cache.getLong(key, 0, 8, 0, -1)).isEqualTo(i);
        }
        assertThat(cache.map().version()).isPositive();

        final CommandRun unknown = run("move", "--first", first, "--slots", "0-99", "--to", "7");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err()).contains("shard must be between 0 and 1: shard=7");
        final CommandRun wrong = run("add", "--first", second, "--shard", first);
        assertThat(wrong.status()).isOne();
        assertThat(wrong.err()).contains("error: ");
    }

    @Test
    void removesAShard() {
        final String first = start(0);
        final String second = start(1);
        final String unknown = "0=localhost:1";
        final CommandRun added = run("add", "--first", first, "--shard", second, "--step", "16384");
        assertThat(added.status()).isZero();
        final String before = run("show", "--first", first, "--json").out();
        final CommandRun wrong = run("remove", "--first", first, unknown);
        assertThat(wrong.status()).isEqualTo(2);
        assertThat(wrong.err()).contains("use those of a shard in the map: endpoints=" + unknown);
        final CommandRun keeper = run("remove", "--first", first, first);
        assertThat(keeper.status()).isEqualTo(2);
        assertThat(keeper.err()).contains("the first shard keeps the map").contains(first);
        assertThat(run("show", "--first", first, "--json").out()).isEqualTo(before);

        // A move whose source does not answer stays under way.
        CloseHelper.quietClose(opened.remove(1));
        final String[] stuck = {
            "move", "--first", first, "--slots", "9000-9003", "--to", "0", "--timeout", "5"
        };
        assertThat(run(stuck).status()).isOne();
        final CommandRun busy = run("remove", "--first", first, second);
        assertThat(busy.status()).isOne();
        assertThat(busy.err())
                .contains("slots 9000-9003 from shard 1 to shard 0 is under way: resume or abort");
        assertThat(run("show", "--first", first, "--json").out()).contains("\"9000-9003\"");

        start(1, false);
        assertThat(run("resume", "--first", first, "--timeout", "60").status()).isZero();
        final CommandRun removed =
                run("remove", "--first", first, second, "--step", "16384", "--page-bytes", "4000");
        assertThat(removed.err()).isEmpty();
        assertThat(removed.status()).isZero();
        assertThat(removed.out())
                .contains("slots 8192-8999    shard 1 to 0  ")
                .contains("slots 9004-16383   shard 1 to 0  ")
                .contains("the shard at " + second + " was removed");
        assertThat(run("show", "--first", first, "--json").out())
                .contains("\"slots\": 16384")
                .doesNotContain(second);
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThat(run().err()).contains("use show, add, remove, move, resume or abort");
        assertThat(run("remove", "--first", "0=x:1").err())
                .contains("Missing required parameter: 'NAME'");
        assertThat(run("show").err()).contains("--first");
        assertThat(run("show", "--first", "0=x:1", "--timeout", "0").err())
                .contains("--timeout must be between 1 and 3600: --timeout=0");
        assertThat(run("move", "--first", "0=x:1", "--slots", "9-3", "--to", "1").err())
                .contains("--slots must be a range of 0-16383: --slots=9-3");
        assertThat(run("add", "--first", "0=x:1", "--shard", "0=y:1", "--step", "0").err())
                .contains("--step must be between 1 and 16384: --step=0")
                .contains("See 'flagstone-tools shards add --help'.");
    }
}
