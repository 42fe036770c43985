// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import picocli.CommandLine.IVersionProvider;

/** Reads the version from the jar's manifest. */
final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        final String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {"flagstone-bench " + (version == null ? "(unpackaged)" : version)};
    }
}
