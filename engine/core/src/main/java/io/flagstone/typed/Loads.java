// SPDX-License-Identifier: Apache-2.0
package io.flagstone.typed;

import io.flagstone.OffHeapCache;
import io.flagstone.api.EntryTooLargeException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.agrona.concurrent.SystemNanoClock;

/**
 * The loads under way of a cache, one for each key. A caller that asks for a key that is being
 * loaded waits for that load, and gets its value or failure. Thread-safe.
 *
 * <p><b>Who runs a load.</b> The caller that misses, or the executor. A load that the executor has
 * not begun blocks no caller: a caller that needs the value begins it. So an executor may be slow,
 * drop its tasks or have no threads.
 *
 * <p><b>What is cached.</b> A load takes a lease on its key before it calls the loader, and caches
 * the value only if the lease is still current. So any write or removal of the key outdates the
 * load: callers that wait still get its value, but it is not cached. A caller that comes after the
 * write begins a new load.
 *
 * <p><b>How a load ends.</b> It caches its value, then leaves the table, then wakes its waiters. So
 * a caller that comes after the end finds the value. An Error ends a load as an exception does. An
 * interrupt of its thread fails the caller that ran it; the other callers load again.
 *
 * @param <K> the keys' type.
 * @param <V> the values' type.
 */
final class Loads<K, V> {
    /**
     * How long a waiting thread sleeps before it checks the load again, in case the end did not
     * wake it.
     */
    private static final long LOOK_AGAIN_MS = 1_000;

    private static final int MAX_CAUSES = 32;

    final LoadCounters counters = new LoadCounters();
    private final ConcurrentHashMap<Object, Load<K, V>> underWay = new ConcurrentHashMap<>();
    private final EntryOperations<K, V> entries;
    private final Executor executor;

    Loads(EntryOperations<K, V> entries, Executor executor) {
        this.entries = entries;
        this.executor = executor;
    }

    /** Creates a load of a missing key, begun by the calling thread. */
    Load<K, V> begun(K key, Loader<? super K, ? extends V> loader) {
        final Load<K, V> load = new Load<>(key, entries.identity(key), loader, Load.Kind.MISS);
        load.begin();
        return load;
    }

    /** Loads in the calling thread, or waits for the thread that loads the key. */
    V load(K key, Loader<? super K, ? extends V> loader) {
        while (true) {
            final Load<K, V> mine = begun(key, loader);
            final Load<K, V> load = join(mine, true);
            if (load == mine) {
                run(load);
            }
            try {
                if (awaitEnd(load) || load == mine) {
                    return value(load);
                }
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LoadException(e);
            } finally {
                load.leave();
            }
        }
    }

    /**
     * Joins the load under way of a key, or adds a load to the table.
     *
     * @param mine the load to add if there is none to join.
     * @param waits whether the calling thread will wait for the load.
     * @throws IllegalStateException if the calling thread would wait for a load that it runs.
     */
    Load<K, V> join(Load<K, V> mine, boolean waits) {
        while (true) {
            final Load<K, V> other = underWay.putIfAbsent(mine.identity, mine);
            if (other == null) {
                return mine;
            }
            if (waits) {
                WaitGraph.refuseOwn(other);
            }
            if (!other.isDone() && isCurrent(other) && other.join()) {
                return other;
            }
            // The other load has ended or takes no callers, or its value is too old for this one.
            underWay.remove(mine.identity, other);
        }
    }

    private boolean isCurrent(Load<K, V> load) {
        final long lease = load.lease();
        return lease == 0 || entries.isLeaseCurrent(load.key, lease);
    }

    /**
     * Waits for the end of a load. Runs it if no thread has begun it.
     *
     * @return false if the load ended because its thread was interrupted.
     */
    boolean awaitEnd(Load<K, V> load) throws InterruptedException {
        if (load.begin()) {
            run(load);
        }
        if (!load.isDone()) {
            WaitGraph.enter(load);
            try {
                while (!load.isDone()) {
                    sleepUntilDone(load.result());
                }
            } finally {
                WaitGraph.leave();
            }
        }
        return !load.wasInterrupted();
    }

    /** Sleeps until a future is done, but at most for {@link #LOOK_AGAIN_MS}. */
    static void sleepUntilDone(CompletableFuture<?> result) throws InterruptedException {
        try {
            result.get(LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
        } catch (final ExecutionException | CancellationException | TimeoutException e) {
            // The caller checks the load itself.
        }
    }

    /** Returns the value of a load that has ended, or throws its failure. */
    static <V> V value(Load<?, V> load) {
        final Throwable failure = load.failure();
        if (failure == null) {
            return load.value();
        }
        if (failure instanceof Error error) {
            throw error;
        }
        throw new LoadException(failure);
    }

    /** Loads on the executor. */
    Interest<K, V> loadAsync(K key, Loader<? super K, ? extends V> loader, Load.Kind kind) {
        final Interest<K, V> interest = new Interest<>(this, key, loader, kind);
        start(interest);
        return interest;
    }

    /** Joins a caller to a load, and submits the load to the executor if it is new. */
    void start(Interest<K, V> interest) {
        final Load<K, V> load = take(interest);
        if (load.isNew()) {
            submit(load);
        }
    }

    /** Joins a caller to a load, which may be new. */
    Load<K, V> take(Interest<K, V> interest) {
        final Object identity = entries.identity(interest.key);
        final Load<K, V> load =
                join(new Load<>(interest.key, identity, interest.loader, interest.kind), false);
        interest.follow(load);
        return load;
    }

    private void submit(Load<K, V> load) {
        try {
            executor.execute(
                    () -> {
                        if (load.begin()) {
                            run(load);
                        }
                    });
        } catch (final Throwable refusal) {
            if (load.begin()) {
                abandon(List.of(load), refusal);
            }
        }
    }

    /** Ends an interest in a load that the executor may never get. */
    void withdraw(Load<K, V> load) {
        load.leave();
        if (load.isCancelled()) {
            underWay.remove(load.identity, load);
        }
    }

    /** Runs a task on the executor. Throws what the executor throws. */
    void execute(Runnable task) {
        executor.execute(task);
    }

    /**
     * Reloads an entry in the calling thread, unless it is being loaded or the lease is outdated.
     *
     * @return the load, which has ended, or null.
     */
    Load<K, V> renew(K key, Object identity, Loader<? super K, ? extends V> loader, long lease) {
        final Load<K, V> load = new Load<>(key, identity, loader, Load.Kind.RENEWAL);
        load.begin();
        load.leased(lease);
        if (!entries.isLeaseCurrent(key, lease) || underWay.putIfAbsent(identity, load) != null) {
            return null;
        }
        run(load);
        return load;
    }

    /** Runs a load that the calling thread has begun. */
    void run(Load<K, V> load) {
        V value = null;
        Throwable failure = null;
        boolean interrupted = false;
        try {
            value = loadAndKeep(load);
        } catch (final Throwable thrown) {
            failure = thrown;
            interrupted = isInterrupt(thrown) && !load.isCancelled();
        }
        load.end(value, failure, interrupted);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private V loadAndKeep(Load<K, V> load) throws Exception {
        try {
            if (load.kind == Load.Kind.RENEWAL) {
                return isNeeded(load) ? loadAndKeepAnew(load) : null;
            }
            lease(load);
            // Another load may have cached the value since the miss.
            final V present = load.kind == Load.Kind.MISS ? entries.peek(load.key) : null;
            return present != null ? present : loadAndKeepAnew(load);
        } finally {
            forget(load);
        }
    }

    /**
     * Returns whether a renewal must call the loader. If its entry has expired, only callers that
     * have joined need the value.
     */
    private boolean isNeeded(Load<K, V> renewal) {
        return entries.contains(renewal.key) || !renewal.refuseCallers();
    }

    private V loadAndKeepAnew(Load<K, V> load) throws Exception {
        final V loaded = callLoader(load);
        keep(load, loaded);
        return loaded;
    }

    private void lease(Load<K, V> load) {
        if (load.isCancelled()) {
            throw new CancellationException(
                    "no caller is interested in this load any more: key=" + load.key);
        }
        load.leased(entries.lease(load.key));
    }

    private void forget(Load<K, V> load) {
        underWay.remove(load.identity, load);
        // The caller of a renewal took its lease, and ends it.
        if (load.lease() != 0 && load.kind != Load.Kind.RENEWAL) {
            entries.endLease(load.key, load.lease());
        }
    }

    private V callLoader(Load<K, V> load) throws Exception {
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        boolean ended = false;
        try {
            final V loaded = load.loader.load(load.key);
            ended = true;
            return loaded;
        } finally {
            count(startNs, ended);
            if (load.kind != Load.Kind.MISS) {
                counters.refreshes.increment();
            }
        }
    }

    private void count(long startNs, boolean ended) {
        counters.totalLoadNs.add(SystemNanoClock.INSTANCE.nanoTime() - startNs);
        (ended ? counters.loads : counters.failures).increment();
    }

    /**
     * Caches a loaded value, if the cache can hold it and the key was not written meanwhile. Does
     * nothing if the cache is closed, also if it closes meanwhile.
     */
    private void keep(Load<K, V> load, V loaded) {
        if (load.isCancelled() || entries.engine().isClosed()) {
            return;
        }
        try {
            write(load, loaded);
        } catch (final IllegalStateException e) {
            if (!entries.engine().isClosed()) {
                throw e;
            }
        }
    }

    private void write(Load<K, V> load, V loaded) {
        final long lease = load.lease();
        if (loaded == null) {
            if (load.kind != Load.Kind.MISS) {
                entries.removeLeased(load.key, lease);
            }
            return;
        }
        if (lease == EncodedCache.NO_LEASE) {
            counters.tooLarge.increment();
            return;
        }
        final long ttlNs = entries.ttl(load.key, loaded);
        if (ttlNs <= 0 && ttlNs > OffHeapCache.KEEP_TTL) {
            counters.expiredAtOnce.increment();
            entries.removeLeased(load.key, lease);
            return;
        }
        try {
            if (!entries.putLeased(load.key, loaded, ttlNs, lease)) {
                counters.outdated.increment();
            }
        } catch (final EntryTooLargeException e) {
            counters.tooLarge.increment();
        }
    }

    /**
     * Returns whether an interrupt of the calling thread ended a load. The loader may have wrapped
     * the exception. An interrupt inside an {@link ExecutionException} or {@link
     * CompletionException} is another thread's.
     */
    private static boolean isInterrupt(Throwable thrown) {
        if (thrown instanceof Error) {
            return false;
        }
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
            if (cause instanceof InterruptedException
                    || cause instanceof ClosedByInterruptException) {
                return true;
            }
            cause =
                    cause instanceof ExecutionException || cause instanceof CompletionException
                            ? null
                            : cause.getCause();
        }
        return Thread.currentThread().isInterrupted();
    }

    /**
     * Runs loads that the calling thread has begun, in one call of a bulk loader. Each load ends
     * with its value, or all with the same failure.
     */
    void runAll(Collection<Load<K, V>> loads, BulkLoader<K, V> loader) {
        final Map<Load<K, V>, V> values = new LinkedHashMap<>();
        Throwable failure = null;
        boolean interrupted = false;
        try {
            loadAllAndKeep(loads, loader, values);
        } catch (final Throwable thrown) {
            failure = thrown;
            interrupted = isInterrupt(thrown);
        }
        for (final Load<K, V> load : loads) {
            load.end(failure == null ? values.get(load) : null, failure, interrupted);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Fails loads that the calling thread has begun and will not run. */
    void abandon(Collection<Load<K, V>> loads, Throwable failure) {
        for (final Load<K, V> load : loads) {
            underWay.remove(load.identity, load);
            load.end(null, failure, false);
        }
    }

    private void loadAllAndKeep(
            Collection<Load<K, V>> loads, BulkLoader<K, V> loader, Map<Load<K, V>, V> values)
            throws Exception {
        try {
            final Map<K, Load<K, V>> missing = new LinkedHashMap<>();
            for (final Load<K, V> load : loads) {
                lease(load);
                final V present = entries.peek(load.key);
                if (present == null) {
                    missing.put(load.key, load);
                } else {
                    values.put(load, present);
                }
            }
            if (!missing.isEmpty()) {
                final Map<K, V> loaded = callLoader(missing, loader);
                for (final Load<K, V> load : missing.values()) {
                    final V value = loaded.get(load.key);
                    keep(load, value);
                    values.put(load, value);
                }
            }
        } finally {
            loads.forEach(this::forget);
        }
    }

    private Map<K, V> callLoader(Map<K, Load<K, V>> missing, BulkLoader<K, V> loader)
            throws Exception {
        final long startNs = SystemNanoClock.INSTANCE.nanoTime();
        boolean ended = false;
        try {
            final Map<K, V> loaded = loader.loadAll(Collections.unmodifiableSet(missing.keySet()));
            if (loaded == null) {
                throw new NullPointerException("the bulk loader must return a map, not null");
            }
            ended = true;
            return loaded;
        } finally {
            count(startNs, ended);
        }
    }
}
