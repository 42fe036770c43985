// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import io.flagstone.tools.console.ManifestVersion;
import picocli.CommandLine.IVersionProvider;

/** Returns the version from the jar's manifest, where the build puts it. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return ManifestVersion.of("flagstone-tools", Main.class);
    }
}
