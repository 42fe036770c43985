// SPDX-License-Identifier: Apache-2.0
/**
 * Flagstone, an off-heap cache engine for low-latency Java.
 *
 * <p>{@link io.flagstone.OffHeapCache} stores byte values under keys of bytes or {@code long}s. It
 * allocates its direct memory when it is built. After that, operations on keys allocate nothing and
 * nothing grows. An entry is a miss from the nanosecond of its deadline on. {@link
 * io.flagstone.CacheBuilder} has all settings.
 *
 * <table>
 *   <caption>Where to start</caption>
 *   <tr><th>for</th><th>see</th></tr>
 *   <tr><td>bytes, without garbage</td><td>{@link io.flagstone.OffHeapCache}</td></tr>
 *   <tr><td>many keys at once</td><td>{@link io.flagstone.MultiGet}, {@link io.flagstone.MultiPut}</td></tr>
 *   <tr><td>objects, loaders, a map</td><td>{@link io.flagstone.typed.Cache}</td></tr>
 *   <tr><td>reports, callbacks, exceptions</td><td>{@link io.flagstone.api}</td></tr>
 *   <tr><td>changes, for a follower</td><td>{@link io.flagstone.feed}</td></tr>
 *   <tr><td>figures for another process</td><td>{@link io.flagstone.metrics.MetricsPublisher}</td></tr>
 *   <tr><td>Micrometer</td><td>module {@code io.flagstone.micrometer}</td></tr>
 *   <tr><td>JCache, and Spring Cache through it</td><td>module {@code io.flagstone.jcache}</td></tr>
 *   <tr><td>Chronicle Bytes</td><td>module {@code io.flagstone.chronicle}</td></tr>
 *   <tr><td>replicas and a journal, on Aeron</td><td>module {@code io.flagstone.aeron}</td></tr>
 *   <tr><td>an Aeron Cluster</td><td>module {@code io.flagstone.cluster}</td></tr>
 * </table>
 *
 * <p>Every JVM needs {@code --add-opens java.base/jdk.internal.misc=ALL-UNNAMED}; on the module
 * path the target is {@code org.agrona}.
 *
 * <p>The module needs only the JDK and Agrona, whose buffers are part of the API. Each adapter to
 * another library is a separate module.
 */
// Agrona has no module descriptor; its module name comes from its jar's manifest.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.engine {
    requires transitive org.agrona;
    requires java.management;
    requires jdk.jfr;
    requires jdk.management;

    exports io.flagstone;
    exports io.flagstone.api;
    exports io.flagstone.feed;
    exports io.flagstone.metrics;
    exports io.flagstone.typed;
}
