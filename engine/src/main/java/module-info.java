/**
 * The Flagstone cache engine.
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
