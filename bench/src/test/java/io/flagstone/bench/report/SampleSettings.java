// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.report;

import io.flagstone.bench.contender.ContenderType;

/** Invented settings, as many as real contenders have. */
public final class SampleSettings {
    private SampleSettings() {}

    /**
     * Returns settings.
     *
     * @param type the contender; Flagstone's have most settings, floors have none.
     * @param size the setting that differs between caches.
     */
    public static EffectiveSettings of(ContenderType type, long size) {
        if (type.isFloor()) {
            return EffectiveSettings.NONE;
        }
        EffectiveSettings settings = EffectiveSettings.NONE.with("memoryBytes", 1_234 * size);
        if (type.title().startsWith("flagstone")) {
            for (int i = 0; i < 20; i++) {
                settings = settings.with("aParameterOfTheBuilder" + i, 1L << i);
            }
            settings = settings.with("admissionFilter", "no").with("maxEntries", size);
        }
        return settings.with("expireAfterAccess", "no");
    }
}
