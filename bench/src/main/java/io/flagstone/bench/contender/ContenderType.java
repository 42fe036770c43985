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

/** All contenders, by the names they have on the command line and in reports. */
public enum ContenderType {
    /** Ours, as it comes. */
    FLAGSTONE(
            "flagstone",
            "relaxed LRU, long keys, get into a buffer",
            FlagstoneContender::relaxed,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Ours, in exact order of use. */
    FLAGSTONE_EXACT(
            "flagstone-exact",
            "exact LRU, long keys, get into a buffer",
            FlagstoneContender::exact,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Ours, with keys in buffers. */
    FLAGSTONE_BYTES(
            "flagstone-bytes",
            "relaxed LRU, keys of 8 bytes in a buffer, get into a buffer",
            FlagstoneContender::byteKeys,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** On the heap. */
    CAFFEINE(
            "caffeine",
            "maximumSize, Long keys, values not copied, getAllPresent, default executor",
            CaffeineContender::new,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** Off the heap, with memory for each entry by itself. */
    OHC(
            "ohc",
            "linked LRU, Long keys, getDirect and copy, malloc through JNA",
            OhcContender::linked,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES),
    /** Off the heap, with memory in chunks. */
    OHC_CHUNKED(
            "ohc-chunked",
            "chunks of entries of a fixed size, Long keys, get of a new array",
            OhcContender::chunked,
            WRITES,
            MISSES,
            EVICTS),
    /** Off the heap, a map of a fixed number of entries. */
    CHRONICLE_MAP(
            "chronicle-map",
            "in memory, LongValue keys, byte[] values of constant size, getUsing, putReturnsNull",
            ChronicleMapContender::new,
            WRITES,
            MISSES),
    /** Its off-heap tier. */
    EHCACHE(
            "ehcache",
            "off-heap tier alone, Long keys, byte[] values, its own serializers, getAll",
            EhcacheContender::new,
            WRITES,
            MISSES,
            EVICTS,
            EXPIRES,
            BATCHES),
    /** A database, in direct memory. */
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
    /** The textbook. */
    LINKED_HASH_MAP(
            "linked-hash-map",
            "synchronized LinkedHashMap of Long to byte[] in access order, values not copied",
            HashMapContender::linked,
            WRITES,
            MISSES,
            EVICTS),
    /** Loads that wait for one another. */
    FLOOR_LATENCY(
            "floor-latency",
            "two dependent random loads and the copy, each after the one before",
            FloorContender::new),
    /** Loads that do not. */
    FLOOR_THROUGHPUT(
            "floor-throughput",
            "two dependent random loads and the copy, many under way at a time",
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
     * By its name.
     *
     * @param title as {@link #title()}.
     * @return the type, if there is one of that name.
     */
    public static Optional<ContenderType> of(String title) {
        return Arrays.stream(values()).filter(type -> type.title.equals(title)).findFirst();
    }

    /**
     * What they are called.
     *
     * @return all titles, in the order of reports.
     */
    public static List<String> titles() {
        return Arrays.stream(values()).map(ContenderType::title).toList();
    }

    /**
     * Its name.
     *
     * @return lower case, with hyphens.
     */
    public String title() {
        return title;
    }

    /**
     * How it is set up and read.
     *
     * @return in a few words.
     */
    public String configuration() {
        return configuration;
    }

    /**
     * Whether it can do something.
     *
     * @param ability what.
     * @return whether it can.
     */
    public boolean can(Ability ability) {
        return abilities.contains(ability);
    }

    /**
     * Whether it is Flagstone in one of its modes.
     *
     * @return whether it is ours.
     */
    public boolean isOurs() {
        return title.startsWith("flagstone");
    }

    /**
     * Whether it is no cache but a floor.
     *
     * @return whether it is a floor.
     */
    public boolean isFloor() {
        return this == FLOOR_LATENCY || this == FLOOR_THROUGHPUT;
    }

    /**
     * Whether a read has to wait for the one before it.
     *
     * @return false for the one that measures how many reads memory serves at a time.
     */
    public boolean isChained() {
        return this != FLOOR_THROUGHPUT;
    }

    /**
     * What a JVM needs to run it, beside what all need.
     *
     * @return flags, of which the JVM that runs this one knows all.
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
     * Makes one, empty but for floors.
     *
     * @param settings what it is to be.
     * @return a contender; to be closed.
     */
    public Contender make(ContenderSettings settings) {
        return maker.apply(settings);
    }
}
