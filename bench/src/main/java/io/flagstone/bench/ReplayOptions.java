// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The options of a replay for checks, metrics and reports. */
final class ReplayOptions extends OutputOptions {
    @Option(
            names = "--verify",
            description = "Compare the cache with a model and count every difference.")
    private boolean verify;

    @Option(
            names = "--metrics",
            paramLabel = "FILE",
            description = "Publish the cache's metrics to this file during the replay, for 'stat'.")
    private Path metrics;

    Path metrics() {
        return metrics;
    }

    boolean verify() {
        return verify;
    }
}
