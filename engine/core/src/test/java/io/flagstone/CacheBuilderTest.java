// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flagstone.api.EffectiveConfiguration;
import io.flagstone.api.EntryTooLargeException;
import io.flagstone.api.MemoryReport;
import io.flagstone.api.Setting.Origin;
import io.flagstone.api.SizeSample;
import io.flagstone.internal.memory.DirectMemory;
import io.flagstone.internal.memory.Region;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A build checks the whole configuration, and its error names every value and its limit. */
class CacheBuilderTest {
    private static final long GIB = 1L << 30;

    /** A setting on a builder that is otherwise right. */
    private interface Setting {
        void apply(CacheBuilder builder);
    }

    private static CacheBuilder right() {
        return OffHeapCache.builder().memoryBytes(1 << 20);
    }

    private static Arguments wrong(Setting setting, String... fragments) {
        return Arguments.of(setting, fragments);
    }

    static Stream<Arguments> wrongSettings() {
        return Stream.of(
                wrong(b -> b.memoryBytes(0), "memoryBytes must be positive: memoryBytes=0"),
                wrong(b -> b.memoryBytes(-5), "memoryBytes must be positive: memoryBytes=-5"),
                wrong(b -> b.maxEntries(0), "maxEntries must be positive: maxEntries=0"),
                wrong(b -> b.maxEntries(-1), "maxEntries must be positive: maxEntries=-1"),
                wrong(b -> b.segments(-1), "between 1 and 16384: segments=-1"),
                wrong(b -> b.segments(0), "between 1 and 16384: segments=0"),
                wrong(
                        b -> b.segments(3),
                        "segments must be a power of two between 1 and 16384: segments=3"),
                wrong(b -> b.segments(1 << 15), "and 16384: segments=32768"),
                wrong(b -> b.segments(Integer.MIN_VALUE), ": segments=-2147483648"),
                wrong(b -> b.slabBytes(512), "between 1024 and 16777216: slabBytes=512"),
                wrong(b -> b.slabBytes(1 << 25), ": slabBytes=33554432"),
                wrong(b -> b.slabBytes(3_000), "slabBytes must be a multiple of 64"),
                wrong(
                        b -> b.rebalanceBudget(1),
                        "rebalanceBudget must be between 2 and 65536: rebalanceBudget=1"),
                wrong(b -> b.rebalanceBudget(1 << 17), ": rebalanceBudget=131072"),
                wrong(b -> b.sizeSample(new SizeSample()), "sizeSample must have entries"),
                wrong(
                        b -> b.sizeSample(new SizeSample().add(8, (1 << 24) - 1)),
                        "sizeSample must have no entry larger than the largest slab of 16777216"),
                wrong(b -> b.slabBytes(-4_096), ": slabBytes=-4096"),
                wrong(b -> b.slabBytes(Integer.MIN_VALUE), ": slabBytes=-2147483648"),
                wrong(b -> b.expectedEntryBytes(0), ": expectedEntryBytes=0", "between 1 and"),
                wrong(b -> b.expectedEntryBytes(1 << 24), ": expectedEntryBytes=16777216"),
                wrong(
                        b -> b.slabBytes(1 << 10).expectedEntryBytes(978),
                        "expectedEntryBytes and a header must fit slabBytes",
                        "expectedEntryBytes=978, slabBytes=1024"),
                wrong(b -> b.promotionDistance(-0.01), ": promotionDistance=-0.01", "0 and 1"),
                wrong(b -> b.promotionDistance(1.01), ": promotionDistance=1.01"),
                wrong(b -> b.promotionDistance(Double.NaN), ": promotionDistance=NaN"),
                wrong(
                        b -> b.tickNs(999),
                        "tickNs must be between 1000 and 3600000000000: tickNs=999"),
                wrong(b -> b.tickNs(3_600_000_000_001L), ": tickNs=3600000000001"),
                wrong(b -> b.tickNs(-1), ": tickNs=-1"),
                wrong(b -> b.defaultTtlNs(0), "defaultTtlNs must be positive: defaultTtlNs=0"),
                wrong(b -> b.defaultTtlNs(-3), "defaultTtlNs must be positive: defaultTtlNs=-3"),
                wrong(
                        b -> b.expireAfterAccessNs(0),
                        "expireAfterAccessNs must be positive: expireAfterAccessNs=0"),
                wrong(
                        b -> b.expireAfterAccessNs(-3),
                        "expireAfterAccessNs must be positive: expireAfterAccessNs=-3"),
                wrong(
                        b -> b.defaultTtlNs(1).expireAfterAccessNs(1),
                        "only one of defaultTtlNs and expireAfterAccessNs may be set",
                        "defaultTtlNs=1, expireAfterAccessNs=1"),
                wrong(
                        b -> b.expiryBudget(0),
                        "expiryBudget must be between 1 and 65536: expiryBudget=0"),
                wrong(b -> b.expiryBudget(65_537), ": expiryBudget=65537"),
                wrong(b -> b.clock(null), "clock must not be null"),
                wrong(b -> b.errorHandler(null), "errorHandler must not be null"),
                wrong(
                        b -> b.segments(8).maxEntries(7),
                        "maxEntries must be at least one for each segment: maxEntries=7,"
                                + " segments=8"),
                wrong(
                        b -> b.segments(1).memoryBytes(3 * GIB),
                        "memoryBytes must be at most " + Region.MAX_BYTES,
                        "raise segments: memoryBytes=3221225472, segments=1"),
                wrong(
                        b -> b.segments(1 << 10),
                        "memoryBytes must be at least ",
                        "memoryBytes=1048576, segments=1024, slabBytes=4160"),
                wrong(
                        b -> b.segments(1).slabBytes(1 << 20),
                        "memoryBytes must be at least ",
                        "memoryBytes=1048576, segments=1, slabBytes=1048576"));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("wrongSettings")
    void theErrorNamesAWrongValueAndItsLimit(Setting setting, String[] fragments) {
        final CacheBuilder builder = right();
        setting.apply(builder);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(fragments);
        right().build().close();
    }

    private static void withProperty(String name, String value, Runnable test) {
        System.setProperty(name, value);
        try {
            test.run();
        } finally {
            System.clearProperty(name);
        }
    }

    @Test
    void aSystemPropertyIsADefault() {
        withProperty(
                "flagstone.segments",
                "2",
                () -> {
                    try (OffHeapCache cache = right().build();
                            OffHeapCache other = right().segments(4).build()) {
                        assertThat(cache.segmentCount()).isEqualTo(2);
                        assertThat(cache.configuration().setting("segments"))
                                .isEqualTo(
                                        new io.flagstone.api.Setting(
                                                "segments", "2", "count", Origin.SYSTEM_PROPERTY));
                        assertThat(other.segmentCount())
                                .as("the builder goes before the property")
                                .isEqualTo(4);
                        assertThat(other.configuration().setting("segments").origin())
                                .isEqualTo(Origin.BUILDER);
                    }
                });
        withProperty(
                "flagstone.promotionDistance",
                "0.5",
                () -> {
                    try (OffHeapCache cache = right().build()) {
                        assertThat(cache.configuration().setting("promotionDistance").value())
                                .isEqualTo("0.5");
                    }
                });
        withProperty(
                "flagstone.countReads",
                "false",
                () -> {
                    try (OffHeapCache cache = right().build()) {
                        cache.contains(1);
                        cache.get(1, new UnsafeBuffer(new byte[8]), 0);
                        assertThat(cache.statistics().misses()).isZero();
                    }
                });
    }

    @Test
    void theErrorNamesAWrongSystemProperty() {
        withProperty(
                "flagstone.tickNs",
                "1ms",
                () -> {
                    assertThatThrownBy(() -> right().build())
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessage(
                                    "the system property flagstone.tickNs must be a number:"
                                            + " flagstone.tickNs=1ms");
                    right().tickNs(1_000_000).build().close();
                });
        withProperty(
                "flagstone.hugePages",
                "yes",
                () ->
                        assertThatThrownBy(() -> right().build())
                                .hasMessageContaining(
                                        "must be true or false: flagstone.hugePages=yes"));
        withProperty(
                "flagstone.expiryBudget",
                "0",
                () ->
                        assertThatThrownBy(() -> right().build())
                                .hasMessage(
                                        "expiryBudget must be between 1 and 65536:"
                                                + " expiryBudget=0"));
    }

    @Test
    void theEffectiveConfigurationShowsEveryValueAndItsOrigin() {
        try (OffHeapCache cache = right().hashSeed(42).clock(() -> 0).build()) {
            final EffectiveConfiguration configuration = cache.configuration();
            assertThat(configuration.settings()).hasSize(Parameter.values().length + 1);
            assertThat(configuration.setting("memoryBytes").value()).isEqualTo("1048576");
            assertThat(configuration.setting("segments").origin()).isEqualTo(Origin.CHOSEN);
            assertThat(configuration.setting("slabBytes").value()).isEqualTo("8256");
            assertThat(configuration.setting("maxEntryBytes").value()).isEqualTo("16512");
            assertThat(configuration.setting("maxEntries").value()).isEqualTo("none");
            assertThat(configuration.setting("expiryBudget").origin()).isEqualTo(Origin.DEFAULT);
            assertThat(configuration.setting("clock").origin()).isEqualTo(Origin.BUILDER);
            assertThat(configuration.setting("hashSeed").value())
                    .as("the seed is a secret")
                    .isEqualTo("fixed");
            assertThat(configuration.toString().lines()).hasSize(Parameter.values().length + 1);
            assertThatThrownBy(() -> configuration.setting("tick"))
                    .hasMessage("there is no parameter tick");
        }
    }

    @Test
    void theErrorNamesAllWrongValuesAtOnce() {
        assertThatThrownBy(
                        () ->
                                OffHeapCache.builder()
                                        .maxEntries(-1)
                                        .segments(5)
                                        .slabBytes(7)
                                        .expectedEntryBytes(-2)
                                        .promotionDistance(2)
                                        .tickNs(1)
                                        .defaultTtlNs(-4)
                                        .expireAfterAccessNs(-5)
                                        .expiryBudget(-6)
                                        .clock(null)
                                        .errorHandler(null)
                                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "memoryBytes must be set",
                        ": maxEntries=-1",
                        ": segments=5",
                        ": slabBytes=7",
                        ": expectedEntryBytes=-2",
                        ": promotionDistance=2.0",
                        ": tickNs=1",
                        ": defaultTtlNs=-4",
                        ": expireAfterAccessNs=-5",
                        "only one of defaultTtlNs and expireAfterAccessNs",
                        ": expiryBudget=-6",
                        "clock",
                        "errorHandler");
    }

    @Test
    void theLimitsThemselvesAreAccepted() {
        for (final CacheBuilder builder :
                new CacheBuilder[] {
                    right().promotionDistance(0).tickNs(CacheBuilder.MIN_TICK_NS).expiryBudget(1),
                    right().promotionDistance(1).tickNs(CacheBuilder.MAX_TICK_NS),
                    right().expiryBudget(65_536).defaultTtlNs(1).segments(1),
                    right().slabBytes(CacheBuilder.MIN_SLAB_BYTES).expectedEntryBytes(1),
                    right().segments(8).maxEntries(8).expireAfterAccessNs(1),
                    right().memoryBytes(32 << 20)
                            .segments(1)
                            .slabBytes(CacheBuilder.MAX_SLAB_BYTES)
                            .expectedEntryBytes(CacheBuilder.MAX_SLAB_BYTES - 47)
                }) {
            try (OffHeapCache cache = builder.clock(new TestClock()).build()) {
                cache.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
                assertThat(cache.contains(1)).isTrue();
                TestSupport.assertClean(cache);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,,", "1, 1, 1024", "1, 16, 1024", "100, 4, 65536", "1, 1, 16777216"})
    void theErrorNamesTheLeastMemoryThatIsEnough(long bytes, Integer segments, Integer slabBytes) {
        final CacheBuilder builder = OffHeapCache.builder().memoryBytes(bytes);
        if (segments != null) {
            builder.segments(segments).slabBytes(slabBytes);
        }
        final IllegalArgumentException refused =
                catchThrowableOfType(IllegalArgumentException.class, builder::build);
        assertThat(refused).hasMessageContaining(": memoryBytes=" + bytes);
        final Matcher number = Pattern.compile("at least (\\d+)").matcher(refused.getMessage());
        assertThat(number.find()).isTrue();
        final long least = Long.parseLong(number.group(1));
        try (OffHeapCache cache = builder.memoryBytes(least).build()) {
            for (int i = 0; i < 100; i++) {
                cache.put(i, new UnsafeBuffer(new byte[8]), 0, 8);
            }
            assertThat(cache.contains(99)).isTrue();
            TestSupport.assertClean(cache);
        }
        final long less = least - 1;
        assertThatThrownBy(builder.memoryBytes(less)::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(": memoryBytes=" + less);
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 300, 900, 8_000_000_000L})
    void theErrorNamesTheOptionThatRaisesTheDirectMemoryLimit(long gib) {
        final long bytes = gib * GIB;
        assertThatThrownBy(() -> OffHeapCache.builder().memoryBytes(bytes).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        ": memoryBytes=" + bytes,
                        "limit on direct memory of " + DirectMemory.limitBytes(),
                        "-XX:MaxDirectMemorySize");
    }

    @Test
    void theErrorSaysThatTheMemoryIsTaken() {
        final ByteBuffer taken = ByteBuffer.allocateDirect(1 << 14);
        final long bytes = Math.min(Region.MAX_BYTES, DirectMemory.limitBytes() - (1 << 12));
        assertThat(DirectMemory.usedBytes()).isGreaterThanOrEqualTo(taken.capacity());
        assertThatThrownBy(() -> OffHeapCache.builder().memoryBytes(bytes).segments(1).build())
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(OutOfMemoryError.class)
                .hasMessageContainingAll(
                        "memoryBytes " + bytes,
                        Long.toString(DirectMemory.limitBytes()),
                        "-XX:MaxDirectMemorySize");
        Reference.reachabilityFence(taken);
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 9223372036854775807",
        "1048576, 9223372036854775807",
        "2097151, 9223372036854775807",
        "4194304, 9223372036854775807",
        "67108864, 9223372036854775807",
        "67108864, 1000",
        "67108864, 2048",
        "67108864, 4095",
        "67108864, 1000000"
    })
    void segmentsFollowFromCoresMemoryAndEntries(long bytes, long maxEntries) {
        final int most =
                BitUtil.findNextPositivePowerOfTwo(4 * Runtime.getRuntime().availableProcessors());
        int expected = 1;
        while (expected < most
                && bytes / (2 * expected) >= Math.max(1 << 20, Long.highestOneBit(bytes / 64) * 16)
                && maxEntries / (2 * expected) >= 1_024) {
            expected *= 2;
        }
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(bytes).maxEntries(maxEntries).build()) {
            assertThat(cache.segmentCount()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "65536, 4160",
        "262144, 4160",
        "1048576, 16512",
        "16777216, 264192",
        "268435456, 1056768"
    })
    void theLargestEntryIsALittleMoreThanA64thOfTheMemory(int memoryBytes, int slabBytes) {
        try (OffHeapCache cache =
                OffHeapCache.builder().memoryBytes(memoryBytes).segments(1).build()) {
            final UnsafeBuffer value = new UnsafeBuffer(new byte[1 << 21]);
            assertThatThrownBy(() -> cache.put(1, value, 0, value.capacity()))
                    .isInstanceOfSatisfying(
                            EntryTooLargeException.class,
                            e -> assertThat(e.maxEntryBytes()).isEqualTo(slabBytes));
        }
    }

    @Test
    void maxEntriesHoldsForAnyNumberOfSegments() {
        for (final int segments : new int[] {1, 4}) {
            try (OffHeapCache cache = right().segments(segments).maxEntries(103).build()) {
                for (int i = 0; i < 10_000; i++) {
                    cache.put(i, new UnsafeBuffer(new byte[8]), 0, 8);
                }
                assertThat(cache.size()).isEqualTo(103);
                TestSupport.assertClean(cache);
            }
        }
    }

    @Test
    void theBudgetHoldsToTheByte() {
        for (final long bytes : new long[] {100_001, 1_000_000, 5_555_555}) {
            try (OffHeapCache cache = OffHeapCache.builder().memoryBytes(bytes).build()) {
                for (int i = 0; i < 1_000; i++) {
                    cache.put(i, new UnsafeBuffer(new byte[i]), 0, i);
                }
                final MemoryReport report = cache.memoryReport();
                assertThat(report.budgetBytes()).isEqualTo(bytes);
                assertThat(
                                report.indexBytes()
                                        + report.headerBytes()
                                        + report.keyBytes()
                                        + report.valueBytes()
                                        + report.roundingBytes()
                                        + report.freeChunkBytes()
                                        + report.freeSlabBytes()
                                        + report.unusedBytes())
                        .isEqualTo(bytes);
                assertThat(report.entries()).isEqualTo(cache.size());
                assertThat(report.keyBytes()).isEqualTo(8 * cache.size());
                TestSupport.assertClean(cache);
            }
        }
    }

    @Test
    void theHashSeedDecidesWhereKeysGo() {
        try (OffHeapCache one = right().segments(8).hashSeed(42).build();
                OffHeapCache two = right().segments(8).hashSeed(42).build();
                OffHeapCache other = right().segments(8).hashSeed(43).build();
                OffHeapCache random = right().segments(8).build();
                OffHeapCache random2 = right().segments(8).build()) {
            assertThat(segments(two)).isEqualTo(segments(one));
            assertThat(segments(other)).isNotEqualTo(segments(one));
            assertThat(segments(random)).isNotEqualTo(segments(random2));
        }
    }

    private static int[] segments(OffHeapCache cache) {
        return LongStream.range(0, 100).mapToInt(cache::segmentIndex).toArray();
    }

    @Test
    void aBuilderMayBuildSeveralCaches() {
        final CacheBuilder builder = right().segments(1);
        try (OffHeapCache one = builder.build();
                OffHeapCache two = builder.segments(2).build()) {
            one.put(1, new UnsafeBuffer(new byte[8]), 0, 8);
            assertThat(two.contains(1)).isFalse();
            assertThat(one.segmentCount()).isEqualTo(1);
            assertThat(two.segmentCount()).isEqualTo(2);
        }
    }

    @Test
    void aCopyIsIndependent() {
        final CacheBuilder first = OffHeapCache.builder().memoryBytes(1 << 16).tickNs(2_000);
        final CacheBuilder second = first.copy().tickNs(3_000).memoryBytes(1 << 17);
        try (OffHeapCache one = first.build();
                OffHeapCache two = second.build()) {
            assertThat(one.configuration().setting("tickNs").value()).isEqualTo("2000");
            assertThat(two.configuration().setting("tickNs").value()).isEqualTo("3000");
            assertThat(one.memoryReport().budgetBytes()).isEqualTo(1 << 16);
        }
    }

    @Test
    void aRemovalHandlerMayBeSetAsAListener() {
        final int[] calls = new int[1];
        try (OffHeapCache cache =
                OffHeapCache.builder()
                        .memoryBytes(1 << 16)
                        .removalListener((cause, key, value) -> calls[0]++)
                        .build()) {
            cache.put(1, TestSupport.bytes("one"), 0, 3);
            cache.remove(1);
            assertThat(calls[0]).isEqualTo(1);
            TestSupport.assertClean(cache);
        }
    }
}
