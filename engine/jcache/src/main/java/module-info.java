// SPDX-License-Identifier: Apache-2.0
/**
 * JCache (JSR-107) over the Flagstone cache. {@code javax.cache.Caching} finds the provider through
 * the service loader, on the class path and on the module path.
 */
// The API's jar has no module descriptor, so its module name comes from the jar's file name.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.jcache {
    requires transitive cache.api;
    requires transitive io.flagstone.engine;
    requires java.management;

    exports io.flagstone.jcache;

    provides javax.cache.spi.CachingProvider with
            io.flagstone.jcache.FlagstoneCachingProvider;
}
