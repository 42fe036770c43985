// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.tools.console.ManifestVersion;
import picocli.CommandLine.IVersionProvider;

/** Reads the version from the jar's manifest. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return ManifestVersion.of("flagstone-bench", Main.class);
    }
}
