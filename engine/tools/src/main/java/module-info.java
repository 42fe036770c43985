// SPDX-License-Identifier: Apache-2.0
/**
 * Tools for operators of a Flagstone cache: {@code java -jar flagstone-tools.jar}.
 *
 * <p>{@code stat} and {@code inspect} read files that caches publish, and open no cache. {@code
 * shards} is a client of clusters; the module that it needs is optional, as the others do without.
 * The JVM flag that Agrona's buffers need is in the jar's manifest.
 */
module io.flagstone.tools {
    requires com.google.gson;
    requires info.picocli;
    requires static io.flagstone.cluster;
    requires io.flagstone.engine;

    opens io.flagstone.tools to
            info.picocli;
}
