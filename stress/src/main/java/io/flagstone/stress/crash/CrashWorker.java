// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.crash;

import io.flagstone.MultiPut;
import io.flagstone.OffHeapCache;
import io.flagstone.stress.soak.BitMixer;
import io.flagstone.stress.soak.Violation;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.EpochNanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One thread's operations. Only this thread writes its keys. It announces each operation in its
 * part of the {@link Ledger}, calls the cache, and records that the operation has returned. It also
 * checks each result against the state of the key.
 *
 * <p>A removal of all keys takes the pause's write lock, all other operations its read lock.
 */
final class CrashWorker {
    /**
     * The tolerance of deadlines: the cache and the ledger do not use one clock, each process finds
     * the wall time anew, and the machine may be busy when it does.
     */
    static final long SLACK_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long[] TTLS_NS = {
        TimeUnit.MILLISECONDS.toNanos(300),
        TimeUnit.MILLISECONDS.toNanos(1500),
        TimeUnit.SECONDS.toNanos(20),
        TimeUnit.HOURS.toNanos(1)
    };

    /** The exception of an update that fails on purpose. */
    private static final class PlannedFailure extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PlannedFailure() {
            super("planned", null, false, false);
        }
    }

    private static final PlannedFailure PLANNED = new PlannedFailure();
    private static final AtomicReference<Throwable> UNEXPECTED = new AtomicReference<>();

    private final OffHeapCache cache;
    private final CrashConfiguration configuration;
    private final Ledger ledger;
    private final Ledger.Part part;
    private final EpochNanoClock clock;
    private final ReadWriteLock pause;
    private final PlantedFault fault;
    private final MultiPut batch = new MultiPut(LedgerDescriptor.MAX_INTENTIONS);
    private final KeyState before = new KeyState();
    private final KeyState after = new KeyState();
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[CrashConfiguration.MAX_KEY_BYTES]);
    private final UnsafeBuffer value;
    private final UnsafeBuffer expected;
    private final UnsafeBuffer found;
    private final UnsafeBuffer view = new UnsafeBuffer(0, 0);
    private long random;
    private long operations;
    private long number;
    private int keyLength;
    private int slot;
    private long startNs;

    /**
     * Creates a worker.
     *
     * @param round the cache, and the rules for it.
     * @param thread the number of the thread, and of its part of the ledger.
     * @param pause held while keys of all threads are removed.
     */
    CrashWorker(CrashRound round, int thread, ReadWriteLock pause) {
        this.cache = round.cache();
        this.configuration = round.configuration();
        this.ledger = round.ledger();
        this.part = ledger.part(thread);
        this.clock = round.clock();
        this.pause = pause;
        this.fault = round.fault();
        this.random = BitMixer.mix(round.seed() ^ BitMixer.mix(thread + 1));
        final int bytes = 2 * CrashConfiguration.MAX_VALUE_BYTES;
        value = new UnsafeBuffer(new byte[bytes]);
        expected = new UnsafeBuffer(new byte[bytes]);
        found = new UnsafeBuffer(new byte[bytes]);
    }

    /** Records an exception that the cache has caught. The next operation throws it. */
    static void unexpected(Throwable thrown) {
        UNEXPECTED.compareAndSet(null, thrown);
    }

    /** Runs one operation of random kind on random keys. */
    void step() {
        final Throwable thrown = UNEXPECTED.get();
        if (thrown != null) {
            throw new IllegalStateException("the cache reported an exception", thrown);
        }
        operations++;
        if (next() % 30_000 == 0) {
            clear();
            return;
        }
        final CrashOperation operation = CrashOperation.of(next());
        pause.readLock().lock();
        try {
            run(operation);
        } finally {
            pause.readLock().unlock();
        }
    }

    private void run(CrashOperation operation) {
        select((int) (next() >>> 1) % part.slots());
        switch (operation) {
            case GET -> get();
            case PUT, PUT_TTL, PUT_BY_WRITER, PUT_IF_ABSENT, REPLACE -> put(operation);
            case COMPARE_AND_SET -> compareAndSet();
            case UPDATE -> update();
            case FAILED_UPDATE -> failedUpdate();
            case PUT_LONG, ADD_AND_GET_LONG, COMPARE_AND_SET_LONG -> count(operation);
            case REMOVE, REMOVE_IF_EQUAL, GET_AND_REMOVE -> remove(operation);
            case SET_TTL, PERSIST -> setTtl(operation);
            case BATCH -> batch();
            default -> cache.doWork();
        }
    }

    private void select(int newSlot) {
        slot = newSlot < 0 ? newSlot + part.slots() : newSlot;
        number = part.key(slot);
        keyLength = CrashConfiguration.KEYS.length(number);
        CrashConfiguration.KEYS.write(number, key, 0);
        part.read(slot, before);
        startNs = clock.nanoTime();
    }

    private void get() {
        final int length =
                asLong() ? cache.get(number, found, 0) : cache.get(key, 0, keyLength, found, 0);
        saw(length != OffHeapCache.NOT_FOUND);
        if (length == OffHeapCache.NOT_FOUND) {
            // Once missed, the key may never come back. This store is the last of the operation.
            after.setAbsent();
            part.end(slot, after);
        } else {
            compare(length);
        }
    }

    private void compare(int length) {
        ValueBytes.encode(expected, 0, number, before);
        if (length != before.length || ValueBytes.mismatch(expected, 0, found, 0, length) >= 0) {
            throw new Violation(
                    "a running cache returned a wrong value",
                    number,
                    before.toString(),
                    ValueBytes.describe(found, 0, length));
        }
    }

    private void put(CrashOperation operation) {
        intendValue();
        final long ttlNs =
                operation == CrashOperation.PUT_TTL || oneOf(4) ? ttl() : OffHeapCache.DEFAULT_TTL;
        intendEnd(ttlNs);
        final int length = (int) after.length;
        part.intend(slot, after);
        part.begin(operation);
        final boolean lost = fault == PlantedFault.LOST_WRITE && fault.isDue(operations);
        final boolean written;
        switch (operation) {
            case PUT_IF_ABSENT -> {
                written = cache.putIfAbsent(key, 0, keyLength, value, 0, length, ttlNs);
                saw(!written);
            }
            case REPLACE -> {
                written = cache.replace(key, 0, keyLength, value, 0, length, ttlNs);
                saw(written);
            }
            case PUT_BY_WRITER -> {
                written = true;
                saw(!cache.put(key, 0, keyLength, length, ttlNs, this::writeValue));
            }
            default -> {
                written = true;
                if (!lost) {
                    saw(
                            !(asLong()
                                    ? cache.put(number, value, 0, length, ttlNs)
                                    : cache.put(key, 0, keyLength, value, 0, length, ttlNs)));
                }
            }
        }
        returned(ttlNs);
        if (written) {
            part.end(slot, after);
            corrupt();
        } else {
            endUnchanged(operation == CrashOperation.REPLACE);
        }
    }

    private void writeValue(MutableDirectBuffer target) {
        target.putBytes(0, value, 0, target.capacity());
    }

    private void compareAndSet() {
        intendValue();
        after.earliestEndNs = before.earliestEndNs;
        after.latestEndNs = before.latestEndNs;
        final int expectedLength = encodeExpected();
        part.intend(slot, after);
        part.begin(CrashOperation.COMPARE_AND_SET);
        view.wrap(expected, 0, expectedLength);
        final boolean written =
                cache.compareAndSet(key, 0, keyLength, view, value, 0, (int) after.length);
        saw(written);
        endIf(written);
    }

    private void update() {
        after.set(before);
        after.sequence = part.nextSequence();
        ValueBytes.encode(value, 0, number, after);
        part.intend(slot, after);
        part.begin(CrashOperation.UPDATE);
        final boolean present = cache.update(key, 0, keyLength, this::writeValue);
        saw(present);
        endIf(present);
    }

    private void failedUpdate() {
        part.intend(slot, before);
        part.begin(CrashOperation.FAILED_UPDATE);
        try {
            endIf(cache.update(key, 0, keyLength, CrashWorker::destroy));
        } catch (final PlannedFailure planned) {
            saw(true);
            part.end();
        }
    }

    private static void destroy(MutableDirectBuffer target) {
        target.setMemory(0, target.capacity(), (byte) 0xEE);
        throw PLANNED;
    }

    private void count(CrashOperation operation) {
        if (before.isAbsent() || !ValueBytes.isCounted(before.length)) {
            get();
            return;
        }
        final boolean aligned = oneOf(2);
        final int index = aligned ? ValueBytes.ALIGNED : ValueBytes.UNALIGNED;
        final long old = aligned ? before.alignedCount : before.unalignedCount;
        final long count = operation == CrashOperation.ADD_AND_GET_LONG ? old + 3 : next();
        after.set(before);
        if (aligned) {
            after.alignedCount = count;
        } else {
            after.unalignedCount = count;
        }
        part.intend(slot, after);
        part.begin(operation);
        final boolean present;
        switch (operation) {
            case PUT_LONG -> present = cache.putLong(key, 0, keyLength, index, count);
            case COMPARE_AND_SET_LONG ->
                    present = cache.compareAndSetLong(key, 0, keyLength, index, old, count);
            default -> present = cache.addAndGetLong(key, 0, keyLength, index, 3, old - 1) == count;
        }
        saw(present);
        endIf(present);
    }

    private void remove(CrashOperation operation) {
        after.setAbsent();
        part.intend(slot, after);
        final int expectedLength =
                operation == CrashOperation.REMOVE_IF_EQUAL ? encodeExpected() : 0;
        part.begin(operation);
        final boolean present;
        switch (operation) {
            case REMOVE_IF_EQUAL ->
                    present = cache.removeIfEqual(key, 0, keyLength, expected, 0, expectedLength);
            case GET_AND_REMOVE -> {
                final int length = cache.getAndRemove(key, 0, keyLength, found, 0);
                present = length != OffHeapCache.NOT_FOUND;
                if (present) {
                    compare(length);
                }
            }
            default ->
                    present =
                            fault == PlantedFault.REVIVED && fault.isDue(operations)
                                    ? cache.contains(key, 0, keyLength)
                                    : cache.remove(key, 0, keyLength);
        }
        saw(present);
        part.end(slot, after);
    }

    private void setTtl(CrashOperation operation) {
        final long ttlNs = operation == CrashOperation.PERSIST ? OffHeapCache.NO_TTL : ttl();
        after.set(before);
        intendEnd(ttlNs);
        if (before.isAbsent()) {
            after.setAbsent();
        }
        part.intend(slot, after);
        part.begin(operation);
        final boolean present =
                operation == CrashOperation.PERSIST
                        ? cache.persist(key, 0, keyLength)
                        : cache.setTtl(key, 0, keyLength, ttlNs);
        saw(present);
        returned(ttlNs);
        endIf(present);
    }

    private void batch() {
        final int count = 2 + (int) (next() >>> 33) % (LedgerDescriptor.MAX_INTENTIONS - 1);
        final int first = slot;
        final long ttlNs = oneOf(2) ? TTLS_NS[3] : OffHeapCache.NO_TTL;
        batch.clear();
        int offset = 0;
        int keyOffset = 0;
        for (int i = 0; i < count; i++) {
            select((first + i) % part.slots());
            after.setValue(part.nextSequence(), Math.min(valueLength(), 2000));
            intendEnd(ttlNs);
            ValueBytes.encode(value, offset, number, after);
            CrashConfiguration.KEYS.write(number, found, keyOffset);
            batch.add(found, keyOffset, keyLength, offset, (int) after.length);
            part.intend(slot, after);
            offset += (int) after.length;
            keyOffset += keyLength;
        }
        part.begin(CrashOperation.BATCH);
        cache.put(batch, value, ttlNs);
        final long endNs = clock.nanoTime() + SLACK_NS;
        for (int i = 0; i < count; i++) {
            part.intended(i, after);
            if (ttlNs != OffHeapCache.NO_TTL) {
                after.latestEndNs = endNs + ttlNs;
            }
            part.write((first + i) % part.slots(), after);
        }
        part.end();
    }

    private void clear() {
        pause.writeLock().lock();
        try {
            ledger.clearing(true);
            cache.clear();
            after.setAbsent();
            for (int thread = 0; thread < ledger.threads(); thread++) {
                final Ledger.Part all = ledger.part(thread);
                for (int i = 0; i < all.slots(); i++) {
                    all.write(i, after);
                }
            }
            ledger.clearing(false);
            ledger.add(LedgerDescriptor.CLEARS, 1);
        } finally {
            pause.writeLock().unlock();
        }
    }

    /** Commits the planted fault on the value that has just been put, if it is due. */
    private void corrupt() {
        if (!fault.isDue(operations) || after.length == 0) {
            return;
        }
        switch (fault) {
            case TORN ->
                    cache.update(
                            key,
                            0,
                            keyLength,
                            bytes -> {
                                final int middle = bytes.capacity() / 2;
                                bytes.putByte(middle, (byte) ~bytes.getByte(middle));
                            });
            case STALE -> {
                after.sequence--;
                rewrite(number);
            }
            case FOREIGN -> rewrite(number + 1);
            case LATE -> cache.setTtl(key, 0, keyLength, 2 * TTLS_NS[3]);
            default -> {}
        }
    }

    private void rewrite(long otherNumber) {
        ValueBytes.encode(value, 0, otherNumber, after);
        cache.update(key, 0, keyLength, this::writeValue);
    }

    private void intendValue() {
        after.setValue(part.nextSequence(), valueLength());
        ValueBytes.encode(value, 0, number, after);
    }

    /** Sets the deadline of the intended state. The latest is unknown before the call returns. */
    private void intendEnd(long ttlNs) {
        final long ns = ttlNs == OffHeapCache.DEFAULT_TTL ? configuration.defaultTtlNs() : ttlNs;
        after.earliestEndNs = ns == OffHeapCache.NO_TTL ? KeyState.NEVER : startNs - SLACK_NS + ns;
        after.latestEndNs = KeyState.NEVER;
    }

    private void returned(long ttlNs) {
        final long ns = ttlNs == OffHeapCache.DEFAULT_TTL ? configuration.defaultTtlNs() : ttlNs;
        if (ns != OffHeapCache.NO_TTL) {
            after.latestEndNs = clock.nanoTime() + SLACK_NS + ns;
        }
    }

    private int encodeExpected() {
        ValueBytes.encode(expected, 0, number, before);
        return (int) before.length;
    }

    private void endIf(boolean present) {
        if (present) {
            part.end(slot, after);
        } else {
            endUnchanged(true);
        }
    }

    /** Ends an operation that wrote nothing, because the key was absent or because it was not. */
    private void endUnchanged(boolean absent) {
        if (absent) {
            after.setAbsent();
            part.end(slot, after);
        } else {
            part.end();
        }
    }

    /** Checks that the key was present, or absent, as its state demands. */
    private void saw(boolean present) {
        final boolean gone = before.isAbsent() || before.mustHaveExpired(startNs);
        if (present && gone) {
            throw new Violation(
                    "a running cache has a key that it should not have",
                    number,
                    before.toString(),
                    "present at " + startNs + " ns");
        }
        final boolean excused =
                gone || !configuration.roomy() || before.mayHaveExpired(clock.nanoTime());
        if (!present && !excused) {
            throw new Violation(
                    "a running cache has lost a key", number, before.toString(), "absent");
        }
    }

    private int valueLength() {
        return configuration.valueLength(next(), operations);
    }

    private long ttl() {
        return TTLS_NS[(int) (next() >>> 61)];
    }

    /** Returns whether to pass the key as a {@code long}, where an operation can. */
    private boolean asLong() {
        return keyLength == Long.BYTES && oneOf(2);
    }

    private boolean oneOf(int choices) {
        return (next() >>> 1) % choices == 0;
    }

    private long next() {
        random += 0x9E3779B97F4A7C15L;
        return BitMixer.mix(random) >>> 1;
    }

    /** Reads a key's number and checks its bytes. */
    static long numberOf(DirectBuffer bytes) {
        return CrashConfiguration.KEYS.check(bytes);
    }
}
