package io.flagstone.bench.hitratio;

import java.util.LinkedHashMap;
import java.util.Map;

/** Exact least-recently-used order over a fixed number of entries, simulated: keys alone. */
final class IdealLru {
    private static final float LOAD_FACTOR = 0.75f;

    private IdealLru() {}

    /** How many of the keys are found, each being put where it is not. */
    static long hits(int[] keys, long entries) {
        final Map<Integer, Boolean> held =
                new LinkedHashMap<>(16, LOAD_FACTOR, true) {
                    private static final long serialVersionUID = 1;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<Integer, Boolean> eldest) {
                        return size() > entries;
                    }
                };
        long hits = 0;
        for (final int key : keys) {
            if (held.get(key) == null) {
                held.put(key, Boolean.TRUE);
            } else {
                hits++;
            }
        }
        return hits;
    }
}
