// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import java.util.List;
import java.util.Map;

/** Invented profiles with names of methods that are as long as real ones get. */
public final class SampleProfiles {
    private SampleProfiles() {}

    /** Returns a profile with methods and one without. */
    public static List<Profile> of(Scale scale) {
        final Map<String, Integer> counts =
                Map.of(
                        "io.flagstone.internal.segment.OptimisticReader.copyOfAValueByAddress",
                                1_234,
                        "io.flagstone.internal.index.HashIndex.find", 567,
                        "jdk.internal.misc.Unsafe.copyMemoryChecks", 8);
        return List.of(
                new Profile(
                        Measurement.GET,
                        ContenderType.FLAGSTONE,
                        scale,
                        MethodSamples.of(counts),
                        null),
                new Profile(
                        Measurement.GET,
                        ContenderType.MAPDB,
                        scale,
                        null,
                        "the JVM ended with status 1"));
    }
}
