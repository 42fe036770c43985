// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import static io.flagstone.bench.contender.Ability.BATCHES;
import static io.flagstone.bench.contender.Ability.EVICTS;
import static io.flagstone.bench.contender.Ability.EXPIRES;
import static io.flagstone.bench.contender.Ability.MISSES;
import static io.flagstone.bench.contender.Ability.WRITES;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** All contenders, with their names on the command line and in reports. */
public enum ContenderType {
    /** Flagstone with its defaults. */
    FLAGSTONE(
            "flagstone",
            "relaxed LRU, long keys, get into a buffer",
            FlagstoneContender::relaxed,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Flagstone in exact LRU order. */
    FLAGSTONE_EXACT(
            "flagstone-exact",
            "exact LRU, long keys, get into a buffer",
            FlagstoneContender::exact,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Flagstone with keys in buffers. */
    FLAGSTONE_BYTES(
            "flagstone-bytes",
            "relaxed LRU, keys of 8 bytes in a buffer, get into a buffer",
            FlagstoneContender::byteKeys,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Caffeine, on the heap. */
    CAFFEINE(
            "caffeine",
            "maximumSize, Long keys, values not copied, getAllPresent, default executor",
            CaffeineContender::pooled,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Caffeine without other threads. */
    CAFFEINE_CALLER(
            "caffeine-caller",
            "as caffeine, but with executor(Runnable::run): callers do its maintenance",
            CaffeineContender::inCaller,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** OHC, off the heap, with one allocation for each entry. */
    OHC(
            "ohc",
            "linked LRU, Long keys, getDirect and copy, malloc through JNA",
            OhcContender::linked,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES),
    /** OHC, off the heap, with memory in chunks. */
    OHC_CHUNKED(
            "ohc-chunked",
            "chunks of entries of a fixed size, Long keys, get of a new array",
            OhcContender::chunked,
            WRITES,
            MISSES,
            EVICTS),
    /** Chronicle Map, off the heap, for a fixed number of entries. */
    CHRONICLE_MAP(
            "chronicle-map",
            "in memory, LongValue keys, byte[] values of constant size, getUsing, putReturnsNull",
            ChronicleMapContender::new,
            WRITES,
            MISSES),
    /** Ehcache's off-heap tier. */
    EHCACHE(
            "ehcache",
            "off-heap tier alone, Long keys, byte[] values, its own serializers, getAll",
            EhcacheContender::new,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** MapDB, a database, in direct memory. */
    MAPDB(
            "mapdb",
            "memoryDirectDB, HTreeMap of Long to byte[], evicts in order of creation, expires at"
                    + " writes",
            MapDbContender::new,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES),
    /** The JDK's concurrent map. */
    CHM(
            "chm",
            "ConcurrentHashMap of Long to byte[], no bound, values not copied",
            HashMapContender::concurrent,
            WRITES,
            MISSES),
    /** The textbook's LRU cache. */
    LINKED_HASH_MAP(
            "linked-hash-map",
            "synchronized LinkedHashMap of Long to byte[] in access order, values not copied",
            HashMapContender::linked,
            WRITES,
            MISSES,
            EVICTS),
    /** A floor: each read waits for the one before it. */
    FLOOR_LATENCY(
            "floor-latency",
            "two dependent random loads and the copy, each after the one before",
            FloorContender::new),
    /** A floor: reads overlap. */
    FLOOR_THROUGHPUT(
            "floor-throughput",
            "two dependent random loads and the copy, many at a time",
            FloorContender::new);

    private final String title;
    private final String configuration;
    private final Function<ContenderSettings, Contender> maker;
    private final Set<Ability> abilities;

    ContenderType(
            String title,
            String configuration,
            Function<ContenderSettings, Contender> maker,
            Ability... abilities) {
        this.title = title;
        this.configuration = configuration;
        this.maker = maker;
        this.abilities = EnumSet.noneOf(Ability.class);
        this.abilities.addAll(Arrays.asList(abilities));
    }

    /**
     * Finds a contender by its name.
     *
     * @param title the name, as {@link #title()} returns it.
     * @return the type, if one has that name.
     */
    public static Optional<ContenderType> of(String title) {
        return Arrays.stream(values()).filter(type -> type.title.equals(title)).findFirst();
    }

    /**
     * Returns the names of all contenders.
     *
     * @return all titles, in the order of reports.
     */
    public static List<String> titles() {
        return Arrays.stream(values()).map(ContenderType::title).toList();
    }

    /**
     * Returns the contender's name.
     *
     * @return the name, in lower case with hyphens.
     */
    public String title() {
        return title;
    }

    /**
     * Describes how the contender is set up and read.
     *
     * @return a few words.
     */
    public String configuration() {
        return configuration;
    }

    /**
     * Returns whether the contender has an ability.
     *
     * @param ability the ability.
     * @return whether the contender has it.
     */
    public boolean can(Ability ability) {
        return abilities.contains(ability);
    }

    /**
     * Returns whether the contender is Flagstone.
     *
     * @return true for each of Flagstone's modes.
     */
    public boolean isOurs() {
        return title.startsWith("flagstone");
    }

    /**
     * Returns whether the contender is a floor instead of a cache.
     *
     * @return true for a floor.
     */
    public boolean isFloor() {
        return this == FLOOR_LATENCY || this == FLOOR_THROUGHPUT;
    }

    /**
     * Returns whether a read has to wait for the one before it.
     *
     * @return false only for the floor that measures how many reads memory serves at a time.
     */
    public boolean isChained() {
        return this != FLOOR_THROUGHPUT;
    }

    /**
     * Returns the JVM flags that this contender needs in addition to those of all contenders.
     *
     * @return flags that the running JVM knows.
     */
    public List<String> jvmFlags() {
        return switch (this) {
            case CHRONICLE_MAP -> PeerFlags.chronicle();
            case OHC, OHC_CHUNKED -> PeerFlags.ohc();
            case MAPDB -> PeerFlags.mapDb();
            default -> List.of();
        };
    }

    /**
     * Makes a contender, which is empty unless it is a floor.
     *
     * @param settings its settings.
     * @return the contender; the caller closes it.
     */
    public Contender make(ContenderSettings settings) {
        return maker.apply(settings);
    }
}
