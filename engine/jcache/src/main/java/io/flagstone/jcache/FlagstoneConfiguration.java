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
 * What JCache has no words for: how much memory a cache takes, its other bounds, and its codecs.
 *
 * <p>A cache that is made of another configuration takes {@link #DEFAULT_MEMORY_BYTES}, or what the
 * manager's properties name as {@link #MEMORY_BYTES_PROPERTY}.
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
// Who uses this requires the API's module, too: required transitively, all others would have to.
@SuppressWarnings("exports")
public final class FlagstoneConfiguration<K, V> extends MutableConfiguration<K, V> {
    /** The bytes that a cache takes by default. A value of a MiB fits, whatever the machine. */
    public static final long DEFAULT_MEMORY_BYTES = 16 << 20;

    /** The property of a manager that names another number of bytes for such caches. */
    public static final String MEMORY_BYTES_PROPERTY = "io.flagstone.jcache.memoryBytes";

    private static final long serialVersionUID = 1;

    private transient Supplier<CacheBuilder> engine;
    private transient Codec<K> keyCodec;
    private transient Codec<V> valueCodec;
    private transient Executor executor;
    private transient NanoClock clock;

    /** The defaults: values of any serializable type, by value, eternal. */
    public FlagstoneConfiguration() {}

    /** A copy, with this library's own settings if the other has them. */
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
     * Sets how the engine is to be built. Times to live are the expiry policy's, and the removal
     * listener is set by the cache.
     *
     * @param builders gives a new builder for each cache that is made of this configuration.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> engine(Supplier<CacheBuilder> builders) {
        engine = Objects.requireNonNull(builders, "builders");
        return this;
    }

    /**
     * Sets the codec of keys, in place of that which the type suggests, or of Java's serialization.
     *
     * @param codec has to write equal keys alike.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> keyCodec(Codec<K> codec) {
        keyCodec = Objects.requireNonNull(codec, "codec");
        return this;
    }

    /**
     * Sets the codec of values, in place of that which the type suggests, or of Java's
     * serialization.
     *
     * @param codec of values.
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
     * <p>If it refuses a load, the completion listener gets an exception. If it refuses to tell a
     * listener, the thread that caused the event tells it.
     *
     * @param runs runs tasks in any threads.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> executor(Executor runs) {
        executor = Objects.requireNonNull(runs, "executor");
        return this;
    }

    /**
     * Sets the clock of the engine, as {@link CacheBuilder#clock} does. A cache with listeners of
     * expired entries looks for these once in a tick of a clock that is set here, or of the
     * default. It cannot read one that the builder was given, and then looks at each operation.
     *
     * @param nanoClock monotonic; its zero does not matter.
     * @return this.
     */
    public FlagstoneConfiguration<K, V> clock(NanoClock nanoClock) {
        clock = Objects.requireNonNull(nanoClock, "clock");
        return this;
    }

    /** Returns a builder that the caller may change; the one that was given stays as it is. */
    CacheBuilder newEngine(long memoryBytes) {
        final CacheBuilder builder =
                engine == null
                        ? DefaultEngine.of(memoryBytes)
                        : Objects.requireNonNull(engine.get(), "the builder of the engine").copy();
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
