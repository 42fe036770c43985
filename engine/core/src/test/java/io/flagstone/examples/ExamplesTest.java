// SPDX-License-Identifier: Apache-2.0
package io.flagstone.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.OffHeapCache;
import io.flagstone.examples.OrderStateCache.Outcome;
import io.flagstone.testing.DocPrograms;
import io.flagstone.testing.ProjectFiles;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each example does what its javadoc says. */
@Timeout(120)
class ExamplesTest {
    private static final String COMMAND =
            "mvn -q test-compile exec:exec@example -pl engine/core -Dexample=";

    @TempDir private Path classes;

    private final TestClock clock = new TestClock(0);

    @Test
    void aQuoteThatIsNotRenewedIsAMiss() {
        try (LastValueCache quotes = new LastValueCache(clock)) {
            final LastValueCache.Feed feed = quotes.new Feed();
            final LastValueCache.Strategy strategy = quotes.new Strategy(10);
            feed.onQuote(1, 100, 102);
            feed.onQuote(2, 200, 204);
            clock.advance(LastValueCache.STALE_AFTER_NS - 1);
            feed.onQuote(2, 201, 205);
            assertThat(strategy.twiceMiddle(1)).isEqualTo(202);
            assertThat(strategy.spreads(10)).isEqualTo(2 + 4);
            clock.advance(1);
            assertThat(strategy.twiceMiddle(1)).as("stale").isEqualTo(-1);
            assertThat(strategy.twiceMiddle(2)).as("renewed").isEqualTo(406);
            assertThat(strategy.spreads(10)).isEqualTo(4);
            TestSupport.assertClean(quotes.engine());
        }
    }

    @Test
    void aLateStrategyFindsTheLastQuoteAndNothingIsAllocated() {
        try (LastValueCache quotes = new LastValueCache(clock)) {
            final LastValueCache.Feed feed = quotes.new Feed();
            final LastValueCache.Strategy strategy = quotes.new Strategy(50);
            final AtomicInteger rounds = new AtomicInteger();
            final long bytes =
                    TestSupport.allocated(
                            () -> {
                                rounds.incrementAndGet();
                                for (int i = 0; i < 10_000; i++) {
                                    feed.onQuote(i % 50, i, i + 2);
                                    strategy.twiceMiddle(i % 50);
                                }
                                strategy.spreads(50);
                            });
            assertThat(bytes).as("allocated").isZero();
            assertThat(strategy.sequence(7))
                    .as("number of messages")
                    .isEqualTo(rounds.get() * 10_000L / 50);
            assertThat(strategy.twiceMiddle(49)).as("the last quote").isEqualTo(2 * 9_999 + 2);
            assertThat(quotes.engine().size()).isEqualTo(50);
        }
    }

    @Test
    void aSnapshotDuringUpdatesHasNoTornQuote() throws InterruptedException {
        try (LastValueCache quotes = new LastValueCache(clock)) {
            final Thread writer =
                    new Thread(
                            () -> {
                                final LastValueCache.Feed feed = quotes.new Feed();
                                for (int i = 0; i < 200_000; i++) {
                                    feed.onQuote(i % 5, i, i + 2);
                                }
                            });
            writer.start();
            final LastValueCache.Strategy strategy = quotes.new Strategy(5);
            while (writer.isAlive()) {
                assertThat(strategy.spreads(5)).isIn(0L, 2L, 4L, 6L, 8L, 10L);
            }
            writer.join();
            assertThat(strategy.spreads(5)).isEqualTo(10);
        }
    }

    @Test
    void ordersAreFilledInPlaceAndLeaveWhenDone() {
        try (OrderStateCache orders = new OrderStateCache(100)) {
            assertThat(orders.sent(1, 10_000, 100)).isTrue();
            assertThat(orders.sent(1, 9_000, 5)).as("accepted again").isFalse();
            assertThat(orders.filled(1, 10_000, 40)).isEqualTo(Outcome.PARTIAL);
            assertThat(orders.open(1)).isEqualTo(60);
            assertThat(orders.filled(1, 10_000, 61)).isEqualTo(Outcome.OVERFILL);
            assertThat(orders.open(1)).as("unchanged").isEqualTo(60);
            assertThat(orders.filled(1, 10_000, 60)).isEqualTo(Outcome.DONE);
            assertThat(orders.filled(1, 10_000, 1)).isEqualTo(Outcome.UNKNOWN);
            orders.sent(2, 1, 10);
            orders.filled(2, 1, 3);
            assertThat(orders.cancelled(2)).isEqualTo(3);
            assertThat(orders.open(2)).isEqualTo(-1);
            assertThat(orders.engine().size()).isZero();
            TestSupport.assertClean(orders.engine());
        }
    }

    @Test
    void ordersAllocateNothingAndNoneIsEvicted() {
        try (OrderStateCache orders = new OrderStateCache(1_000)) {
            final long[] next = {0};
            final long bytes =
                    TestSupport.allocated(
                            () -> {
                                for (int i = 0; i < 10_000; i++) {
                                    final long id = next[0]++;
                                    orders.sent(id, 10, 2);
                                    orders.filled(id, 10, 1);
                                    if (id >= 1_000) {
                                        orders.filled(id - 1_000, 10, 1);
                                    }
                                }
                            });
            assertThat(bytes).as("allocated").isZero();
            assertThat(orders.engine().size()).isEqualTo(1_000);
            assertThat(orders.engine().statistics().evictions()).isZero();
            assertThat(orders.open(next[0] - 1_000)).isEqualTo(1);
        }
    }

    @Test
    void referenceDataIsLoadedOnceRefreshedAheadAndExpires() {
        final AtomicInteger loads = new AtomicInteger();
        final Queue<Runnable> refreshes = new ArrayDeque<>();
        try (ReferenceData data =
                new ReferenceData(
                        symbol ->
                                symbol.equals("none")
                                        ? null
                                        : new ReferenceData.Instrument(
                                                symbol, loads.incrementAndGet(), 100),
                        clock,
                        refreshes::add)) {
            assertThat(data.instrument("A").tickSize()).isEqualTo(1);
            assertThat(data.instrument("A").tickSize()).isEqualTo(1);
            assertThat(data.instrument("none")).isNull();
            clock.advance(ReferenceData.GOOD_FOR_NS - ReferenceData.REFRESH_AHEAD_NS + 1);
            assertThat(data.instrument("A").tickSize()).as("not yet refreshed").isEqualTo(1);
            refreshes.remove().run();
            assertThat(data.instrument("A").tickSize()).as("refreshed").isEqualTo(2);
            clock.advance(ReferenceData.GOOD_FOR_NS);
            assertThat(data.instrument("A").tickSize()).as("loaded again").isEqualTo(3);
            data.changed("A");
            assertThat(data.instrument("A").tickSize()).isEqualTo(4);
            TestSupport.assertClean(data.engine());
        }
    }

    @Test
    void theDutyCycleReadsTheClockOncePerTurnAndReclaimsExpiredEntries() {
        final AtomicInteger reads = new AtomicInteger();
        final CachedNanoClock cached = new CachedNanoClock();
        try (OffHeapCache cache = DutyCycle.cache(cached)) {
            final DutyCycle.Application application = new DutyCycle.Application(cache, 5_000);
            final AgentInvoker invoker =
                    new AgentInvoker(
                            error -> {
                                throw new AssertionError(error);
                            },
                            null,
                            DutyCycle.agents(
                                    () -> {
                                        reads.incrementAndGet();
                                        return clock.nanoTime();
                                    },
                                    cached,
                                    cache,
                                    application));
            invoker.start();
            int turns = 0;
            while (application.put() < 5_000) {
                clock.advance(1_000);
                invoker.invoke();
                turns++;
            }
            assertThat(cache.size()).isEqualTo(5_000);
            clock.advance(10_000_000);
            while (cache.size() > 0) {
                clock.advance(1_000);
                invoker.invoke();
                turns++;
            }
            assertThat(reads).as("reads of the clock").hasValue(turns);
            assertThat(cache.statistics().expirations()).isEqualTo(5_000);
            TestSupport.assertClean(cache);
            invoker.close();
        }
    }

    /**
     * Prints each example as {@code docs/examples.md} shows it, but for a count of snapshots. Other
     * modules run those whose commands are for them.
     */
    @Test
    void eachExamplePrintsWhatItsPageShows() throws Exception {
        final Map<String, String> outputs = new LinkedHashMap<>();
        final List<String> commands = new ArrayList<>();
        String title = "";
        boolean isOfOthers = false;
        for (final DocPrograms.Block block :
                DocPrograms.blocks(ProjectFiles.file("docs", "examples.md"))) {
            switch (block.language()) {
                case "section" -> title = block.text();
                case "sh" -> {
                    isOfOthers = !block.text().contains(" -pl engine/core ");
                    if (!isOfOthers) {
                        commands.add(block.text());
                    }
                }
                default -> {
                    if (!isOfOthers) {
                        outputs.put(title, block.text());
                    }
                }
            }
        }
        assertThat(outputs.keySet())
                .containsExactly(
                        "LastValueCache",
                        "OrderStateCache",
                        "ReferenceData",
                        "DutyCycle",
                        "WarmRestart");
        assertThat(commands)
                .containsExactlyElementsOf(
                        outputs.keySet().stream().map(name -> COMMAND + name + "\n").toList());
        assertThat(Files.readString(ProjectFiles.file("README.md")))
                .as("the command in the README")
                .contains("\n" + COMMAND + "LastValueCache\n", outputs.get("LastValueCache"));
        final DocPrograms programs = new DocPrograms(classes);
        for (final Map.Entry<String, String> output : outputs.entrySet()) {
            final String printed = programs.run("io.flagstone.examples." + output.getKey());
            assertThat(withoutCount(printed))
                    .as(output.getKey())
                    .isEqualTo(withoutCount(output.getValue()));
        }
    }

    private static String withoutCount(String output) {
        return output.replaceAll(", [0-9]+ snapshots", ", N snapshots");
    }
}
