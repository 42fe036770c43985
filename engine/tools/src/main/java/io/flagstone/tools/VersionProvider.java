// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools;

import picocli.CommandLine.IVersionProvider;

/** Returns the version from the jar's manifest, where the build puts it. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        final String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"flagstone-tools " + (version == null ? "(unpackaged)" : version)};
    }
}
