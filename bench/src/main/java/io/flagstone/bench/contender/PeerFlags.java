// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

import java.util.List;
import java.util.stream.Stream;

/** JVM flags that other makers' caches need. */
final class PeerFlags {
    private static final int FIRST_TO_WARN = 24;

    /** The flags that Chronicle's makers list for the class path. */
    private static final List<String> CHRONICLE =
            List.of(
                    "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
                    "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                    "--add-exports=jdk.unsupported/sun.misc=ALL-UNNAMED",
                    "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
                    "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
                    "--add-opens=java.base/java.io=ALL-UNNAMED",
                    "--add-opens=java.base/java.util=ALL-UNNAMED");

    /** OHC's chunked implementation asks a direct buffer for its address. */
    private static final List<String> OHC =
            List.of("--add-exports=java.base/sun.nio.ch=ALL-UNNAMED");

    private static final List<String> ACCESS =
            List.of("--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED");

    private PeerFlags() {}

    static List<String> chronicle() {
        return withAccess(CHRONICLE);
    }

    static List<String> ohc() {
        return withAccess(OHC);
    }

    static List<String> mapDb() {
        return withAccess(List.of());
    }

    /** Allows memory and native access on newer JVMs, which warn; older ones refuse the flags. */
    private static List<String> withAccess(List<String> flags) {
        return Runtime.version().feature() < FIRST_TO_WARN
                ? flags
                : Stream.concat(flags.stream(), ACCESS.stream()).toList();
    }
}
