// SPDX-License-Identifier: Apache-2.0
package io.flagstone.tools.console;

/** The version of a program, which the build puts into its jar's manifest. */
public final class ManifestVersion {
    private ManifestVersion() {}

    /**
     * Returns the line that {@code --version} prints.
     *
     * @param program the program's name.
     * @param main a class of its jar.
     * @return the name and the version.
     */
    public static String[] of(String program, Class<?> main) {
        final String version = main.getPackage().getImplementationVersion();
        return new String[] {program + ' ' + (version == null ? "(unpackaged)" : version)};
    }
}
