// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads several missing keys in one call of a bulk loader. It leaves out keys that are already
 * being loaded, and waits for those loads only after its own have ended. So two bulk loads never
 * wait for each other.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class BulkLoad<K, V> {
    private final Loads<K, V> loads;
    private final Loader<? super K, ? extends V> single;
    private final BulkLoader<K, V> bulk;

    BulkLoad(Loads<K, V> loads, Loader<? super K, ? extends V> single, BulkLoader<K, V> bulk) {
        this.loads = loads;
        this.single = single;
        this.bulk = bulk;
    }

    /** Loads in the calling thread, then waits for the threads that load the other keys. */
    void load(List<K> missing, Map<K, V> found) {
        final Map<Object, Load<K, V>> mine = new LinkedHashMap<>();
        final List<Load<K, V>> others = new ArrayList<>();
        try {
            join(missing, mine, others);
        } catch (final RuntimeException | Error e) {
            others.forEach(Load::leave);
            loads.abandon(mine.values(), e);
            throw e;
        }
        try {
            if (!mine.isEmpty()) {
                loads.runAll(mine.values(), bulk);
            }
            mine.values().forEach(load -> put(found, load.key, Loads.value(load)));
            for (final Load<K, V> load : others) {
                put(found, load.key, await(load));
            }
        } finally {
            mine.values().forEach(Load::leave);
            others.forEach(Load::leave);
        }
    }

    private void join(List<K> missing, Map<Object, Load<K, V>> mine, List<Load<K, V>> others) {
        for (final K key : missing) {
            final Load<K, V> own = loads.begun(key, single);
            if (!mine.containsKey(own.identity)) {
                final Load<K, V> load = loads.join(own, true);
                if (load == own) {
                    mine.put(load.identity, load);
                } else {
                    others.add(load);
                }
            }
        }
    }

    private V await(Load<K, V> load) {
        try {
            return loads.awaitEnd(load) ? Loads.value(load) : loads.load(load.key, single);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoadException(e);
        }
    }

    private void put(Map<K, V> found, K key, V value) {
        if (value != null) {
            found.put(key, value);
        }
    }

    /**
     * Loads on the executor. A caller that needs one of the values before the executor has begun
     * loads that value itself; the executor loads the rest. If this throws, it has ended its
     * interest in all of them.
     */
    void start(List<K> missing, List<Interest<K, V>> parts) {
        final List<Load<K, V>> fresh = new ArrayList<>();
        try {
            take(missing, parts, fresh);
        } catch (final RuntimeException | Error e) {
            parts.forEach(part -> part.cancel(true));
            fresh.forEach(loads::withdraw);
            throw e;
        }
        if (!fresh.isEmpty()) {
            submit(fresh);
        }
    }

    private void take(List<K> missing, List<Interest<K, V>> parts, List<Load<K, V>> fresh) {
        for (final K key : missing) {
            final Interest<K, V> part = new Interest<>(loads, key, single, Load.Kind.MISS);
            final Load<K, V> load = loads.take(part);
            parts.add(part);
            // The bulk call's own interest: a caller that leaves must not interrupt it for the
            // others.
            if (load.isNew() && load.join()) {
                fresh.add(load);
            }
        }
    }

    private void submit(List<Load<K, V>> fresh) {
        try {
            loads.execute(() -> run(fresh));
        } catch (final Throwable refusal) {
            loads.abandon(begin(fresh), refusal);
            fresh.forEach(Load::leave);
        }
    }

    private void run(List<Load<K, V>> fresh) {
        final List<Load<K, V>> begun = begin(fresh);
        if (!begun.isEmpty()) {
            loads.runAll(begun, bulk);
        }
        fresh.forEach(Load::leave);
    }

    private static <K, V> List<Load<K, V>> begin(List<Load<K, V>> fresh) {
        final List<Load<K, V>> begun = new ArrayList<>();
        for (final Load<K, V> load : fresh) {
            if (load.begin()) {
                begun.add(load);
            }
        }
        return begun;
    }
}
