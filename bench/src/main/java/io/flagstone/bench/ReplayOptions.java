// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of a replay that say what is checked, shown and written. */
final class ReplayOptions extends OutputOptions {
    @Option(
            names = "--verify",
            description = "Run a model beside the cache and count every difference from it.")
    private boolean verify;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Publish the cache's figures to this file while it lasts, for 'stat'.")
    private Path metrics;

    Path metrics() {
        return metrics;
    }

    boolean verify() {
        return verify;
    }
}
