// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import org.openjdk.jcstress.JCStress;

/**
 * Runs jcstress. Prints the versions before, and how long the run will take. Puts the results next
 * to the jar instead of into the working directory.
 */
public final class Launcher {
    private static final String UNPACKAGED = "(unpackaged)";
    private static final String RESULTS = "jcstress";

    private Launcher() {}

    /**
     * Runs the tests, lists them, or reads results again.
     *
     * @param args the options of jcstress; {@code -h} prints them.
     * @throws Exception if jcstress cannot run, or if a test failed.
     */
    public static void main(String[] args) throws Exception {
        System.out.println(banner());
        System.out.println();
        final LauncherOptions options = new LauncherOptions(args, resultDirectory());
        if (!options.parse()) {
            System.exit(1);
        }
        final JCStress jcstress = new JCStress(options);
        if (options.shouldList()) {
            jcstress.getTests().forEach(System.out::println);
        } else if (options.shouldParse()) {
            jcstress.parseResults();
        } else {
            Files.createDirectories(Path.of(options.getResultFile()).getParent());
            jcstress.run();
        }
    }

    /** Returns the versions of both programs and of the JVM. */
    static String banner() {
        final Package own = Launcher.class.getPackage();
        return "flagstone-stress "
                + orUnpackaged(own.getImplementationVersion())
                + ", jcstress "
                + orUnpackaged(own.getSpecificationVersion())
                + ", Java "
                + System.getProperty("java.runtime.version");
    }

    private static String orUnpackaged(String version) {
        return version == null ? UNPACKAGED : version;
    }

    /** Returns a directory next to the jar or the classes, which is below {@code target}. */
    static Path resultDirectory() throws IOException {
        final CodeSource source = Launcher.class.getProtectionDomain().getCodeSource();
        return Path.of(source.getLocation().getPath()).toRealPath().resolveSibling(RESULTS);
    }
}
