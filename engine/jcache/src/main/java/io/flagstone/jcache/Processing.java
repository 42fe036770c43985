// SPDX-License-Identifier: Apache-2.0
package io.flagstone.jcache;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.EntryProcessorException;
import javax.cache.processor.EntryProcessorResult;

/** Runs entry processors, each under its key's lock. */
final class Processing<K, V> {
    private final Entries<K, V> entries;
    private final KeyLocks<K> locks;
    private final Writes<K, V> writes;
    private final ReadThrough<K, V> readThrough;
    private final Counters counters;

    Processing(
            Entries<K, V> entries,
            KeyLocks<K> locks,
            Writes<K, V> writes,
            ReadThrough<K, V> readThrough,
            Counters counters) {
        this.entries = entries;
        this.locks = locks;
        this.writes = writes;
        this.readThrough = readThrough;
        this.counters = counters;
    }

    /** Runs a processor, and applies its changes if it does not throw. */
    <T> T invoke(K key, EntryProcessor<K, V, T> processor, Object... arguments) {
        final long startNs = counters.start();
        return locks.locked(
                key,
                () -> {
                    final V initial = entries.peek(key);
                    counters.got(initial != null, startNs);
                    final ProcessedEntry<K, V> entry =
                            new ProcessedEntry<>(key, initial, entries, readThrough);
                    try {
                        final T result = process(processor, entry, arguments);
                        entry.finish(writes, counters.start());
                        return result;
                    } finally {
                        entry.release();
                    }
                });
    }

    private static <K, V, T> T process(
            EntryProcessor<K, V, T> processor, ProcessedEntry<K, V> entry, Object... arguments) {
        try {
            return processor.process(entry, arguments);
        } catch (final EntryProcessorException e) {
            throw e;
        } catch (final Exception e) {
            // Other languages and generic casts can throw checked exceptions.
            throw new EntryProcessorException(
                    "the entry processor failed: key=" + Quietly.name(entry.getKey()), e);
        }
    }

    <T> Map<K, EntryProcessorResult<T>> invokeAll(
            Set<? extends K> keys, EntryProcessor<K, V, T> processor, Object... arguments) {
        final Map<K, EntryProcessorResult<T>> results = new HashMap<>();
        for (final K key : keys) {
            try {
                final T result = invoke(key, processor, arguments);
                if (result != null) {
                    results.put(key, () -> result);
                }
            } catch (final EntryProcessorException e) {
                results.put(key, failed(e));
            } catch (final Exception e) {
                results.put(key, failed(new EntryProcessorException(e)));
            }
        }
        return results;
    }

    private static <T> EntryProcessorResult<T> failed(EntryProcessorException failure) {
        return () -> {
            throw failure;
        };
    }
}
