// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.jmh;

import io.flagstone.bench.contender.Contender;
import io.flagstone.bench.contender.ContenderSettings;
import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.contender.Session;

/**
 * The filled contender of this JVM. Benchmarks that run one after the other share it, since filling
 * takes some contenders much longer than being measured.
 */
final class Filling {
    /** The first of the keys by which a cache is filled to the brim. */
    private static final long BRIM_KEYS = 3L << 29;

    private static final int MAX_ROUNDS = 10;

    private static ContenderType type;
    private static ContenderSettings settings;
    private static Contender contender;

    private Filling() {}

    /**
     * A contender with keys from 0 to the number of entries; the one before it is closed unless it
     * will do.
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

    /** Puts more keys until it evicts. What it then holds serves no other benchmark. */
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
