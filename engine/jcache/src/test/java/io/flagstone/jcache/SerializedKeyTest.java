// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestSupport;
import io.flagstone.typed.Codec;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.net.URL;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.Vector;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.cache.Cache;
import javax.cache.CacheManager;
import javax.cache.Caching;
import org.agrona.ExpandableArrayBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.cache.interceptor.SimpleKey;

/** Tests that equal keys have equal bytes, even if plain serialization writes different ones. */
class SerializedKeyTest {
    private static final Codec<Object> KEYS =
            SerializedCodec.ofKeys(Object.class, SerializedKeyTest.class.getClassLoader());

    private final CacheManager manager =
            Caching.getCachingProvider()
                    .getCacheManager(URI.create("flagstone:keys"), getClass().getClassLoader());

    @AfterEach
    void close() {
        manager.close();
    }

    /** A class that keeps its hash code in a serialized field, as {@code java.net.URL} does. */
    static final class Symbol implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private int hash;

        Symbol(String name) {
            this.name = name;
        }

        Symbol hashed() {
            hashCode();
            return this;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Symbol symbol && symbol.name.equals(name);
        }

        @Override
        public int hashCode() {
            if (hash == 0) {
                hash = name.hashCode();
            }
            return hash;
        }
    }

    record Pair(Object first, Object second) implements Serializable {}

    /** A record whose fields do not accept every list, set or map. */
    record Choosy(
            LinkedList<String> list, List<String> other, SortedSet<String> set, TreeMap<?, ?> map)
            implements Serializable {}

    /** A class that compares the content of its parts, which have no {@code equals}. */
    static final class Path implements Serializable {
        private static final long serialVersionUID = 1L;

        private final Part[] parts;
        private final byte[] bytes;

        Path(byte[] bytes, Part... parts) {
            this.bytes = bytes;
            this.parts = parts;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Path path
                    && Arrays.equals(bytes, path.bytes)
                    && names().equals(path.names());
        }

        private List<String> names() {
            return Arrays.stream(parts).map(part -> part.name).toList();
        }

        @Override
        public int hashCode() {
            return names().hashCode();
        }
    }

    static final class Part implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;

        Part(String name) {
            this.name = name;
        }
    }

    /** A list that equals only lists of its class, and compares more than elements. */
    static final class Named extends ArrayList<String> {
        private static final long serialVersionUID = 1L;

        private final String name;

        Named(String name, String... elements) {
            super(List.of(elements));
            this.name = name;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Named named && named.name.equals(name) && super.equals(other);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    /** A class that refers to itself. */
    static final class Node implements Serializable {
        private static final long serialVersionUID = 1L;

        private final String name;
        private final ArrayList<Object> links = new ArrayList<>();

        Node(String name, String link) {
            this.name = name;
            links.add(this);
            links.add(new Pair(link, links));
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Node node && node.name.equals(name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    private static String text(String text) {
        return new String(text.toCharArray());
    }

    private static LocalDate day() {
        return LocalDate.of(2024, 1, 1);
    }

    private static <T> Set<T> reversed(List<T> elements) {
        final List<T> reversed = new ArrayList<>(elements);
        Collections.reverse(reversed);
        final Set<T> set = new LinkedHashSet<>(1_000);
        set.addAll(reversed);
        return set;
    }

    private static Map<Object, Object> map(Object... pairs) {
        final Map<Object, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }

    private static SimpleKey simple(Object... parameters) {
        return new SimpleKey(parameters);
    }

    static List<Arguments> equalKeys() throws Exception {
        final LocalDate shared = day();
        final Symbol symbol = new Symbol("BTC");
        final Part part = new Part("a");
        final byte[] bytes = {1, 2};
        final List<String> abc = List.of("a", "b", "c");
        final List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            numbers.add(i * 7_919);
        }
        // "Aa" and "BB" have the same hash code, so a hash set keeps their insertion order.
        final List<String> collide = List.of("Aa", "BB", "C");
        return List.of(
                Arguments.of(simple(shared, shared), simple(day(), day())),
                Arguments.of(simple("x", 1_000, "x"), simple(text("x"), 1_000, text("x"))),
                Arguments.of(simple(symbol, symbol), simple(new Symbol("BTC"), symbol)),
                Arguments.of(new Symbol("BTC").hashed(), new Symbol("BTC")),
                Arguments.of(
                        List.of(new Symbol("BTC").hashed(), new Symbol("BTC")),
                        Arrays.asList(new Symbol("BTC"), new Symbol("BTC").hashed())),
                Arguments.of(new URL("file:/a"), hashed(new URL("file:/a"))),
                Arguments.of(List.of("a", "b", "c"), new ArrayList<>(abc)),
                Arguments.of(Arrays.asList("a", "b", "c"), new LinkedList<>(abc)),
                Arguments.of(new Vector<>(abc), new CopyOnWriteArrayList<>(abc)),
                Arguments.of(ImmutableList.copyOf(abc), Collections.unmodifiableList(abc)),
                Arguments.of(List.of("a", "b", "c", "d").subList(0, 3), abc),
                Arguments.of(new ArrayList<>(List.of(1, 2, 3)).subList(0, 2), List.of(1, 2)),
                Arguments.of(List.of(), Collections.emptyList()),
                Arguments.of(Collections.singletonList("a"), List.of("a")),
                Arguments.of(new HashSet<>(numbers), reversed(numbers)),
                Arguments.of(Set.copyOf(numbers), new TreeSet<>(numbers)),
                Arguments.of(new HashSet<>(collide), reversed(collide)),
                Arguments.of(ImmutableSet.copyOf(abc), Set.of("c", "b", "a")),
                Arguments.of(
                        EnumSet.of(TimeUnit.DAYS, TimeUnit.HOURS),
                        Set.of(TimeUnit.HOURS, TimeUnit.DAYS)),
                Arguments.of(Set.of(), new HashSet<>(500)),
                Arguments.of(Map.of("a", 1, "b", 2), map("b", 2, "a", 1)),
                Arguments.of(
                        new HashMap<>(map("a", 1, "b", 2)), new TreeMap<>(map("b", 2, "a", 1))),
                Arguments.of(ImmutableMap.of("Aa", 1, "BB", 2), map("BB", 2, "Aa", 1)),
                Arguments.of(
                        new EnumMap<>(Map.of(TimeUnit.DAYS, 1, TimeUnit.HOURS, 2)),
                        map(TimeUnit.HOURS, 2, TimeUnit.DAYS, 1)),
                Arguments.of(map("a", shared, "b", shared), map("b", day(), "a", day())),
                Arguments.of(
                        Map.of("a", List.of(Set.of(1, 2), Set.of(3))),
                        map("a", new LinkedList<>(List.of(reversed(List.of(1, 2)), Set.of(3))))),
                Arguments.of(
                        Set.of(List.of("a"), List.of("b")),
                        reversed(List.of(Arrays.asList("a"), new LinkedList<>(List.of("b"))))),
                Arguments.of(new Pair(abc, abc), new Pair(new ArrayList<>(abc), List.copyOf(abc))),
                Arguments.of(
                        new Pair(new Pair(shared, symbol), new Pair(shared, symbol)),
                        new Pair(
                                new Pair(day(), new Symbol("BTC")),
                                new Pair(day(), symbol.hashed()))),
                Arguments.of(new Pair(new Date(5), new Date(5)), pairOf(new Date(5))),
                Arguments.of(
                        new Pair(new Timestamp(5), new Timestamp(5)), pairOf(new Timestamp(5))),
                Arguments.of(new Pair(uuid(), uuid()), pairOf(uuid())),
                Arguments.of(
                        new Pair(Instant.EPOCH.plusNanos(1), Instant.EPOCH.plusNanos(1)),
                        pairOf(Instant.EPOCH.plusNanos(1))),
                Arguments.of(
                        new Pair(Duration.ofDays(1), zoned()),
                        new Pair(Duration.ofHours(24), zoned())),
                Arguments.of(new Pair(zoned(), zoned()), pairOf(zoned())),
                Arguments.of(new Pair(decimal(), decimal()), pairOf(decimal())),
                Arguments.of(new Pair(decimal(), BigInteger.TEN), usedPair()),
                Arguments.of(
                        new Pair(300, 300L), new Pair(Integer.valueOf("300"), Long.valueOf("300"))),
                Arguments.of(
                        new Pair(Double.NaN, -0.0),
                        new Pair(Double.longBitsToDouble(0x7FF0_0000_0000_0001L), -0.0)),
                Arguments.of(new Pair(TimeUnit.DAYS, TimeUnit.DAYS), pairOf(TimeUnit.DAYS)),
                Arguments.of(
                        new Pair(Locale.UK, int.class),
                        new Pair(new Locale("en", "GB"), int.class)),
                Arguments.of(
                        new Path(bytes, part, part),
                        new Path(bytes.clone(), new Part("a"), new Part("a"))),
                Arguments.of(
                        new Pair(new Path(bytes, part), part.name),
                        new Pair(new Path(bytes, new Part("a")), text("a"))),
                Arguments.of(
                        new Choosy(new LinkedList<>(abc), abc, new TreeSet<>(abc), new TreeMap<>()),
                        new Choosy(
                                new LinkedList<>(abc),
                                List.copyOf(abc),
                                new TreeSet<>(abc),
                                new TreeMap<>())),
                Arguments.of(new Named("n", "a"), new Named(text("n"), text("a"))),
                Arguments.of(EnumSet.allOf(TimeUnit.class), Set.of(TimeUnit.values())));
    }

    private static URL hashed(URL url) {
        assertThat(url.hashCode()).isNotZero();
        return url;
    }

    private static Pair pairOf(Object object) {
        return new Pair(object, object);
    }

    private static UUID uuid() {
        return new UUID(1, 2);
    }

    private static ZonedDateTime zoned() {
        return ZonedDateTime.of(LocalDateTime.of(2024, 1, 1, 0, 0), ZoneId.of("Europe/Zurich"));
    }

    private static BigDecimal decimal() {
        return new BigDecimal("12.50");
    }

    /** Returns numbers that have computed and kept all lazy fields. */
    private static Pair usedPair() {
        final BigDecimal decimal = BigDecimal.valueOf(1_250, 2);
        assertThat(decimal.unscaledValue().bitLength() + decimal.precision()).isPositive();
        assertThat(decimal.toString() + decimal.hashCode()).isNotEmpty();
        final BigInteger ten = new BigInteger("10");
        assertThat(ten.bitCount() + ten.bitLength() + ten.getLowestSetBit()).isPositive();
        return new Pair(decimal, ten);
    }

    private static byte[] bytes(Codec<Object> codec, Object key) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final byte[] bytes = new byte[codec.encode(key, buffer, 3)];
        buffer.getBytes(3, bytes);
        return bytes;
    }

    private static Object read(Codec<Object> codec, Object key) {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        return codec.decode(buffer, 3, codec.encode(key, buffer, 3));
    }

    @ParameterizedTest
    @MethodSource("equalKeys")
    void equalKeysHaveEqualBytes(Object one, Object other) {
        assertThat(one).isEqualTo(other);
        assertThat(other).isEqualTo(one);
        assertThat(bytes(KEYS, one)).isEqualTo(bytes(KEYS, other));
        assertThat(bytes(KEYS, new Pair(one, other))).isEqualTo(bytes(KEYS, new Pair(one, one)));
        assertThat(bytes(KEYS, new Pair(one, 1))).isEqualTo(bytes(KEYS, new Pair(other, 1)));
        assertThat(bytes(KEYS, List.of(1, one))).isEqualTo(bytes(KEYS, Arrays.asList(1, other)));
        assertThat(bytes(KEYS, simple(one, other))).isEqualTo(bytes(KEYS, simple(other, one)));
        for (final Object key : new Object[] {one, other, new Pair(one, other), List.of(other)}) {
            assertThat(read(KEYS, key)).isEqualTo(key);
            assertThat(key).isEqualTo(read(KEYS, key));
        }
    }

    @Test
    void aKeyMayReferToItself() {
        final Node key = new Node("n", "m");
        assertThat(bytes(KEYS, key)).isEqualTo(bytes(KEYS, new Node(text("n"), text("m"))));
        assertThat(read(KEYS, key)).isEqualTo(key);
        assertThat(read(KEYS, List.of(key, key))).isEqualTo(List.of(key, key));
    }

    @Test
    void differentKeysHaveDifferentBytes() {
        final List<Object> keys = new ArrayList<>(List.of(1, 1L, "1", List.of(1), Set.of(1)));
        keys.addAll(
                List.of(
                        Map.of(1, 1),
                        new Pair(1, List.of(1)),
                        new Pair(List.of(1), 1),
                        new Pair(0.0, 1),
                        new Pair(-0.0, 1),
                        new BigDecimal("2.0"),
                        new BigDecimal("2.00"),
                        new Date(1),
                        new Timestamp(1),
                        new Symbol("a"),
                        new Symbol("b"),
                        new Named("a", "x"),
                        new Named("b", "x"),
                        List.of("x"),
                        List.of("x", "x")));
        for (int i = 0; i < keys.size(); i++) {
            for (int j = 0; j < keys.size(); j++) {
                assertThat(Arrays.equals(bytes(KEYS, keys.get(i)), bytes(KEYS, keys.get(j))))
                        .as("%s, %s", keys.get(i), keys.get(j))
                        .isEqualTo(i == j);
            }
        }
    }

    /** A declared type, a field or an array may accept only one class of lists. */
    @Test
    void aCollectionKeepsItsClassIfNoOtherIsAccepted() {
        final LinkedList<String> list = new LinkedList<>(List.of("a"));
        final Choosy key = new Choosy(list, list, new TreeSet<>(list), new TreeMap<>(Map.of(1, 2)));
        assertThat(read(KEYS, key)).isEqualTo(key);
        assertThat(read(KEYS, new Pair(list, key))).isEqualTo(new Pair(list, key));
        final Object[] array = {new LinkedList<?>[] {list}, new EnumMap<?, ?>[0], list};
        final Object[] again = (Object[]) read(KEYS, array);
        assertThat(((LinkedList<?>[]) again[0])[0]).isEqualTo(list);
        final Codec<ImmutableList<?>> immutable = keysOf(ImmutableList.class);
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final int length = immutable.encode(ImmutableList.of("a", "a"), buffer, 0);
        assertThat(immutable.decode(buffer, 0, length)).isInstanceOf(ImmutableList.class);
        final Codec<LinkedList<?>> linked = keysOf(LinkedList.class);
        assertThat(linked.decode(buffer, 0, linked.encode(list, buffer, 0)))
                .isInstanceOf(LinkedList.class);
    }

    @SuppressWarnings("unchecked")
    private static <T> Codec<T> keysOf(Class<?> type) {
        return (Codec<T>) SerializedCodec.ofKeys(type, SerializedKeyTest.class.getClassLoader());
    }

    @Test
    void valuesKeepTheirClasses() {
        final Codec<Object> values =
                SerializedCodec.of(Object.class, SerializedKeyTest.class.getClassLoader());
        for (final Object value : List.of(new LinkedList<>(List.of(1)), new TreeSet<>(Set.of(1)))) {
            assertThat(read(values, value)).isEqualTo(value).hasSameClassAs(value);
        }
    }

    /** Builds random keys of depth three in two ways each. */
    @Test
    void equalRandomKeysHaveEqualBytes() {
        for (int i = 0; i < 2_000; i++) {
            final long seed = TestSupport.seed() + i;
            final Object one = random(new SplittableRandom(seed), new SplittableRandom(1), 3);
            final Object other = random(new SplittableRandom(seed), new SplittableRandom(i), 3);
            assertThat(one).as("seed %d", seed).isEqualTo(other);
            assertThat(bytes(KEYS, one)).as("seed %d: %s", seed, one).isEqualTo(bytes(KEYS, other));
            assertThat(read(KEYS, one)).as("seed %d", seed).isEqualTo(one);
        }
    }

    /** Returns a random key. {@code what} decides its content, and {@code how} its construction. */
    private static Object random(SplittableRandom what, SplittableRandom how, int depth) {
        final int kind = what.nextInt(depth == 0 ? 6 : 11);
        switch (kind) {
            case 0:
                return text("s" + what.nextInt(3));
            case 1:
                return Integer.valueOf(String.valueOf(1_000 + what.nextInt(3)));
            case 2:
                return LocalDate.ofEpochDay(what.nextInt(3));
            case 3:
                final Symbol symbol = new Symbol("s" + what.nextInt(3));
                return how.nextBoolean() ? symbol.hashed() : symbol;
            case 4:
                return TimeUnit.values()[what.nextInt(3)];
            case 5:
                return new BigDecimal(what.nextInt(3) + ".0");
            case 6:
                return new Pair(random(what, how, depth - 1), random(what, how, depth - 1));
            case 7:
                return simple(random(what, how, depth - 1), random(what, how, depth - 1));
            default:
                final List<Object> elements = new ArrayList<>();
                for (int i = what.nextInt(4); i > 0; i--) {
                    elements.add(random(what, how, depth - 1));
                }
                return kind == 8
                        ? list(elements, how)
                        : kind == 9 ? set(elements, how) : map(elements, how);
        }
    }

    private static List<Object> list(List<Object> elements, SplittableRandom how) {
        return switch (how.nextInt(4)) {
            case 0 -> List.copyOf(elements);
            case 1 -> new LinkedList<>(elements);
            case 2 -> Arrays.asList(elements.toArray());
            default -> elements;
        };
    }

    private static Set<Object> set(List<Object> elements, SplittableRandom how) {
        return switch (how.nextInt(4)) {
            case 0 -> Set.copyOf(elements);
            case 1 -> reversed(elements);
            case 2 -> Collections.unmodifiableSet(new HashSet<>(elements));
            default -> new HashSet<>(elements);
        };
    }

    private static Map<Object, Object> map(List<Object> keys, SplittableRandom how) {
        final Map<Object, Object> map =
                how.nextBoolean() ? new HashMap<>(1 << how.nextInt(8)) : new LinkedHashMap<>();
        for (final Object key : how.nextBoolean() ? keys : reversed(keys)) {
            map.put(key, Objects.hash(1));
        }
        return how.nextBoolean() ? Map.copyOf(map) : map;
    }

    @Test
    void aCacheFindsListsAndRemovesEqualKeys() throws Exception {
        final FlagstoneConfiguration<Object, String> configuration =
                new FlagstoneConfiguration<Object, String>()
                        .engine(() -> OffHeapCache.builder().memoryBytes(1 << 20));
        configuration.setTypes(Object.class, String.class);
        final Cache<Object, String> cache = manager.createCache("keys", configuration);
        for (final Arguments pair : equalKeys()) {
            final Object one = pair.get()[0];
            final Object other = pair.get()[1];
            cache.put(one, "1");
            assertThat(cache.get(other)).as("%s", other).isEqualTo("1");
            assertThat(cache.iterator().next().getKey()).isEqualTo(one);
            cache.put(other, "2");
            assertThat(cache.get(one)).isEqualTo("2");
            assertThat(cache.remove(one)).isTrue();
            assertThat(cache.iterator().hasNext()).isFalse();
        }
    }

    @Test
    void aTooLongKeyIsAMissAndAPutSaysWhy() {
        final FlagstoneConfiguration<String, String> configuration =
                new FlagstoneConfiguration<String, String>()
                        .engine(() -> OffHeapCache.builder().memoryBytes(1 << 20));
        configuration.setTypes(String.class, String.class);
        final Cache<String, String> cache = manager.createCache("long", configuration);
        final String key = "x".repeat(65_536);
        assertThat(cache.get(key)).isNull();
        assertThat(cache.containsKey(key)).isFalse();
        assertThat(cache.remove(key)).isFalse();
        assertThat(cache.replace(key, "1")).isFalse();
        assertThat(cache.getAll(Set.of(key, ""))).isEmpty();
        assertThatThrownBy(() -> cache.put(key, "1"))
                .hasMessageContaining("65536")
                .hasMessageContaining("65535");
        cache.put("", "empty");
        assertThat(cache.get("")).isEqualTo("empty");
    }

    @Test
    void aFailedSerializationNamesTheKeysClass() {
        assertThatThrownBy(() -> bytes(KEYS, new Pair(new Object(), 1)))
                .isInstanceOf(javax.cache.CacheException.class)
                .hasMessageContaining(Pair.class.getName())
                .hasMessageContaining("NotSerializableException");
    }
}
