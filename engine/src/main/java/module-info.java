/**
 * Flagstone, an off-heap cache engine for low-latency Java.
 *
 * <p>{@link io.flagstone.OffHeapCache} holds bytes under keys of bytes or {@code long}s, in direct
 * memory that it takes when it is built: nothing is allocated afterwards, nothing grows, and an
 * entry is a miss from the nanosecond of its deadline on. {@link io.flagstone.CacheBuilder} has all
 * settings.
 *
 * <table>
 *   <caption>Where to start</caption>
 *   <tr><th>for</th><th>see</th></tr>
 *   <tr><td>bytes, without garbage</td><td>{@link io.flagstone.OffHeapCache}</td></tr>
 *   <tr><td>many keys at once</td><td>{@link io.flagstone.MultiGet}, {@link io.flagstone.MultiPut}</td></tr>
 *   <tr><td>objects, loaders, a map</td><td>{@link io.flagstone.typed.Cache}</td></tr>
 *   <tr><td>reports, callbacks, exceptions</td><td>{@link io.flagstone.api}</td></tr>
 *   <tr><td>figures for another process</td><td>{@link io.flagstone.metrics.MetricsPublisher}</td></tr>
 *   <tr><td>Micrometer</td><td>{@link io.flagstone.micrometer.FlagstoneCacheMetrics}</td></tr>
 *   <tr><td>JCache, and Spring Cache by it</td><td>{@link io.flagstone.jcache}</td></tr>
 *   <tr><td>Chronicle Bytes</td><td>{@link io.flagstone.chronicle}</td></tr>
 * </table>
 *
 * <p>Every JVM needs {@code --add-opens java.base/jdk.internal.misc=ALL-UNNAMED}; on the module
 * path the target is {@code org.agrona}.
 *
 * <p>Beyond the JDK the module depends on Agrona alone, whose buffers are part of the API. What
 * connects to other libraries is in packages of its own, and needs those only where it is used.
 */
// None of the others has a module descriptor; the API of JCache has its name from its file.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.engine {
    requires transitive org.agrona;
    requires static cache.api;
    requires static chronicle.bytes;
    requires static micrometer.core;
    requires java.management;
    requires jdk.jfr;
    requires jdk.management;

    exports io.flagstone;
    exports io.flagstone.api;
    exports io.flagstone.chronicle;
    exports io.flagstone.jcache;
    exports io.flagstone.metrics;
    exports io.flagstone.micrometer;
    exports io.flagstone.typed;
}
