// SPDX-License-Identifier: Apache-2.0
/**
 * Tools for operators of a Flagstone cache: {@code java -jar flagstone-tools.jar}.
 *
 * <p>The commands read files that caches publish. They open no cache, so they need no JVM flag.
 */
module io.flagstone.tools {
    requires com.google.gson;
    requires info.picocli;
    requires io.flagstone.engine;

    opens io.flagstone.tools to
            info.picocli;
}
