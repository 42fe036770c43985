// SPDX-License-Identifier: Apache-2.0
package io.flagstone.startup;

import io.flagstone.OffHeapCache;
import io.flagstone.api.AuditResult;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Overflows the stack inside cache operations, on threads with small stacks. The first argument is
 * the number of overflows. After each one, another thread uses and audits the cache.
 */
final class Diver {
    private static final int KEYS = 600;
    private static final int LONGEST = 400;
    private static final int ROUNDS_OF_CACHE = 5;

    private final SplittableRandom random = new SplittableRandom(20_131_125);
    private final UnsafeBuffer written = new UnsafeBuffer(new byte[LONGEST]);
    private final UnsafeBuffer read = new UnsafeBuffer(new byte[LONGEST]);
    private final UnsafeBuffer key = new UnsafeBuffer(new byte[8]);
    private final ExecutorService other =
            Executors.newSingleThreadExecutor(
                    task -> {
                        final Thread thread = new Thread(task, "other");
                        thread.setDaemon(true);
                        return thread;
                    });
    private OffHeapCache cache;

    private Diver() {}

    public static void main(String[] args) throws Exception {
        new Diver().run(Integer.parseInt(args[0]));
    }

    private void run(int rounds) throws Exception {
        long resets = 0;
        for (int round = 0; round < rounds; round++) {
            if (round % ROUNDS_OF_CACHE == 0) {
                open(round / ROUNDS_OF_CACHE % 2 == 0);
            }
            final long deep = (160 + round % 8 * 24) << 10;
            final Thread diver = new Thread(null, this::overflow, "diver", deep);
            diver.start();
            diver.join();
            other.submit(this::useAndAudit).get(1, TimeUnit.MINUTES);
            if (round % ROUNDS_OF_CACHE == ROUNDS_OF_CACHE - 1) {
                resets += cache.statistics().segmentResets();
                cache.close();
            }
        }
        System.out.println("overflows " + rounds + ", resets " + resets + ", whole");
    }

    private void open(boolean listens) {
        cache =
                OffHeapCache.builder()
                        .memoryBytes(256 << 10)
                        .segments(1)
                        .maxEntries(400)
                        .promotionDistance(listens ? 0 : 0.0625)
                        .expireAfterAccessNs(listens ? 1_000_000 : OffHeapCache.NO_TTL)
                        .removalHandler(listens ? (cause, k, v) -> {} : null)
                        .errorHandler(thrown -> {})
                        .build();
    }

    private void overflow() {
        for (int i = 0; i < 4; i++) {
            try {
                dive();
            } catch (final StackOverflowError expected) {
                // The next overflow happens elsewhere.
            }
        }
    }

    private void dive() {
        operate();
        dive();
    }

    private void operate() {
        final long id = random.nextInt(KEYS);
        final int length = 24 + random.nextInt(LONGEST - 24);
        switch (random.nextInt(12)) {
            case 0 -> cache.remove(id);
            case 1 -> cache.get(id, read, 0);
            case 2 -> cache.addAndGetLong(id, 0, 1, 0);
            case 3 -> cache.read(id, view -> view.getLong(0));
            case 4 -> cache.update(id, view -> view.putLong(0, 1));
            case 5 -> cache.setTtl(id, 1_000_000);
            case 6 -> cache.getAndRemove(id, read, 0);
            case 7 -> cache.scan(0, 10, (k, v) -> v.getLong(0));
            case 8 -> {
                key.putLong(0, id);
                fill(id, length);
                cache.put(key, 0, 8, written, 0, length);
            }
            default -> {
                fill(id, length);
                cache.put(id, written, 0, length);
            }
        }
    }

    /** Fills a value with a counter, the key, the length, and one byte repeated. */
    private void fill(long id, int length) {
        written.putLong(8, id);
        written.putInt(16, length);
        written.setMemory(20, length - 20, (byte) id);
    }

    private void useAndAudit() {
        final AuditResult audit = cache.audit();
        if (!audit.clean()) {
            throw new AssertionError(audit.finding());
        }
        for (int id = 0; id < KEYS; id++) {
            final int length = cache.get(id, read, 0);
            if (length >= 0) {
                check(id, length);
            }
        }
        fill(KEYS, 100);
        cache.put(KEYS, written, 0, 100, OffHeapCache.NO_TTL);
        if (cache.get(KEYS, read, 0) != 100) {
            throw new AssertionError("a put is not found");
        }
    }

    private void check(int id, int length) {
        boolean whole = read.getLong(8) == id && read.getInt(16) == length;
        for (int i = 20; i < length; i++) {
            whole &= read.getByte(i) == (byte) id;
        }
        if (!whole) {
            throw new AssertionError("the value of key " + id + " is torn");
        }
    }
}
