// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;
import io.flagstone.bench.report.EffectiveSettings;

/**
 * The filled contender of this JVM. Consecutive benchmarks share it, because filling some
 * contenders takes much longer than measuring them.
 */
final class Filling {
    /** The first of the keys that fill a cache until it evicts. */
    private static final long BRIM_KEYS = 3L << 29;

    private static final int MAX_ROUNDS = 10;

    private static ContenderType type;
    private static ContenderSettings settings;
    private static Contender contender;

    private Filling() {}

    /**
     * Returns a contender that holds the keys from 0 to the number of entries, exclusive. Closes
     * the previous one unless it fits.
     */
    static synchronized Contender of(ContenderType wantedType, ContenderSettings wanted) {
        if (contender != null && wantedType == type && wanted.equals(settings)) {
            return contender;
        }
        if (contender != null) {
            contender.close();
        }
        type = wantedType;
        settings = wanted;
        contender = wantedType.make(wanted);
        if (!wantedType.isFloor()) {
            final Session session = contender.session();
            for (long key = 0; key < wanted.entries(); key++) {
                session.put(key);
            }
        }
        if (contender.entries() != wanted.entries()) {
            throw new IllegalStateException(
                    wantedType.title()
                            + " holds "
                            + contender.entries()
                            + " of "
                            + wanted.entries()
                            + " entries");
        }
        return contender;
    }

    /** Returns the effective settings of the contender. */
    static synchronized EffectiveSettings settings() {
        return contender.settings();
    }

    /** Puts more keys until the contender evicts. No other benchmark uses it afterwards. */
    static synchronized void toTheBrim() {
        final int entries = settings.entries();
        settings = null;
        final Session session = contender.session();
        long put = entries;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            for (int i = 0; i < entries; i++) {
                session.put(BRIM_KEYS + put++);
            }
            if (contender.entries() < put - entries) {
                return;
            }
        }
        throw new IllegalStateException(type.title() + " has not evicted");
    }
}
