// SPDX-License-Identifier: Apache-2.0
/**
 * Tools for operators of a Flagstone cache: {@code java -jar flagstone-tools.jar}.
 *
 * <p>The commands read files that caches publish. They open no cache. The JVM flag that Agrona's
 * buffers need is in the jar's manifest.
 */
module io.flagstone.tools {
    requires com.google.gson;
    requires info.picocli;
    requires io.flagstone.engine;

    opens io.flagstone.tools to
            info.picocli;
}
