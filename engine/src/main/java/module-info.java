/**
 * The Flagstone cache engine.
 *
 * <p>Beyond the JDK the module depends on Agrona alone, whose buffers are part of the API.
 */
// Agrona names itself by Automatic-Module-Name; it has no module descriptor.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.engine {
    requires transitive org.agrona;
    requires java.management;
    requires jdk.management;

    exports io.flagstone;
    exports io.flagstone.api;
    exports io.flagstone.typed;
}
