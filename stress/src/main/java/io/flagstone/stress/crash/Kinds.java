// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.api.RestartReport.Kind;

/** Sets of kinds of a restart, as bits. The ledger has the set that the next open may report. */
final class Kinds {
    static final long COLD = bit(Kind.COLD);
    static final long WARM = bit(Kind.WARM);
    static final long RECOVERED = bit(Kind.RECOVERED);

    private Kinds() {}

    static long bit(Kind kind) {
        return 1L << kind.ordinal();
    }

    static String show(long kinds) {
        final StringBuilder text = new StringBuilder();
        for (final Kind kind : Kind.values()) {
            if ((kinds & bit(kind)) != 0) {
                text.append(text.isEmpty() ? "" : " or ").append(kind);
            }
        }
        return text.toString();
    }
}
