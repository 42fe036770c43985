// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import io.flagstone.CacheBuilder;
import io.flagstone.typed.Codec;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.cache.configuration.CompleteConfiguration;
import javax.cache.configuration.Configuration;
import javax.cache.configuration.MutableConfiguration;
import org.agrona.concurrent.NanoClock;

/**
 * A JCache configuration with Flagstone's own settings: the engine's builder, the codecs, the
 * executor and the clock.
 *
 * <p>Without an engine's builder, a cache takes the memory that the manager's property {@link
 * #MEMORY_BYTES_PROPERTY} sets, or {@link #DEFAULT_MEMORY_BYTES}.
 *
 * <p>Serialization keeps only the settings of {@link MutableConfiguration}. A deserialized
 * configuration has the defaults of Flagstone's own settings, so set them again.
 *
 * <pre>{@code
 * manager.createCache(
 *         "quotes",
 *         new FlagstoneConfiguration<String, Quote>()
 *                 .engine(() -> OffHeapCache.builder().memoryBytes(256 << 20))
 *                 .valueCodec(quoteCodec)
 *                 .setTypes(String.class, Quote.class));
 * }</pre>
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
public final class FlagstoneConfiguration<K, V> extends MutableConfiguration<K, V> {
    /** The default memory of a cache, in bytes. A value of one MiB fits on any machine. */
    public static final long DEFAULT_MEMORY_BYTES = 16 << 20;

    /** The manager's property that replaces {@link #DEFAULT_MEMORY_BYTES}, a number of bytes. */
    public static final String MEMORY_BYTES_PROPERTY = "io.flagstone.jcache.memoryBytes";

    private static final long serialVersionUID = 1;

    private transient Supplier<CacheBuilder> engine;
    private transient Codec<K> keyCodec;
    private transient Codec<V> valueCodec;
    private transient Executor executor;
    private transient NanoClock clock;

    /**
     * Creates a configuration of serializable keys and values, stored by value, that never expire.
     */
    public FlagstoneConfiguration() {}

    /** Copies a configuration, with Flagstone's own settings if it has them. */
    FlagstoneConfiguration(CompleteConfiguration<K, V> other) {
        super(other);
        if (other instanceof FlagstoneConfiguration<K, V> own) {
            engine = own.engine;
            keyCodec = own.keyCodec;
            valueCodec = own.valueCodec;
            executor = own.executor;
            clock = own.clock;
        }
    }

    static <K, V> FlagstoneConfiguration<K, V> copyOf(Configuration<K, V> other) {
        if (other instanceof CompleteConfiguration<K, V> complete) {
            return new FlagstoneConfiguration<>(complete);
        }
        final FlagstoneConfiguration<K, V> copy = new FlagstoneConfiguration<>();
        copy.setTypes(other.getKeyType(), other.getValueType());
        copy.setStoreByValue(other.isStoreByValue());
        return copy;
    }

    /**
     * Sets how the engine is built. The cache takes times to live from the expiry policy, and sets
     * its own removal handler.
     *
     * @param builders returns the builder for a cache; each cache copies what it returns.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> engine(Supplier<CacheBuilder> builders) {
        engine = Objects.requireNonNull(builders, "builders");
        return this;
    }

    /**
     * Sets the codec of keys. The default is the codec of the key type, or Java's serialization.
     *
     * @param codec the codec; it must write equal keys as equal bytes.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> keyCodec(Codec<K> codec) {
        keyCodec = Objects.requireNonNull(codec, "codec");
        return this;
    }

    /**
     * Sets the codec of values. The default is the codec of the value type, or Java's
     * serialization.
     *
     * @param codec the codec.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> valueCodec(Codec<V> codec) {
        valueCodec = Objects.requireNonNull(codec, "codec");
        return this;
    }

    /**
     * Sets the executor of {@code loadAll} and of asynchronous listeners. The default is the common
     * pool, or a new thread for each task if the common pool has at most one thread.
     *
     * <p>If it rejects a load, the completion listener gets an exception. If it rejects the
     * notification of a listener, the thread that caused the event notifies it.
     *
     * @param runs the executor; it may run tasks in any thread.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> executor(Executor runs) {
        executor = Objects.requireNonNull(runs, "executor");
        return this;
    }

    /**
     * Sets the clock of the engine, as {@link CacheBuilder#clock} does. A cache with expiry
     * listeners looks for expired entries once per tick of this clock, or of the default one. It
     * cannot read a clock that only the builder has, and then looks at every operation.
     *
     * @param nanoClock a monotonic clock with any zero.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> clock(NanoClock nanoClock) {
        clock = Objects.requireNonNull(nanoClock, "clock");
        return this;
    }

    /** Returns a copy of the configured builder, which the caller may change. */
    CacheBuilder newEngine(long memoryBytes) {
        final CacheBuilder builder =
                engine == null
                        ? DefaultEngine.of(memoryBytes)
                        : Objects.requireNonNull(
                                        engine.get(),
                                        "the supplier of the engine's builder returned null")
                                .copy();
        return clock == null ? builder : builder.clock(clock);
    }

    Executor executorOrDefault() {
        return executor == null ? Background.byDefault() : executor;
    }

    NanoClock clock() {
        return clock;
    }

    Codec<K> keyCodec(ClassLoader classes) {
        return keyCodec == null ? SerializedCodec.ofKeys(getKeyType(), classes) : keyCodec;
    }

    Codec<V> valueCodec(ClassLoader classes) {
        return valueCodec == null ? SerializedCodec.of(getValueType(), classes) : valueCodec;
    }
}
