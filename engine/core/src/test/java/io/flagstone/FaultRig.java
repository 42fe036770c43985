// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static org.assertj.core.api.Assertions.catchThrowable;

import io.flagstone.api.RemovalCause;
import io.flagstone.testing.PublicOperation;
import io.flagstone.testing.PublicOperation.Inputs;
import io.flagstone.testing.TestSupport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** A cache that counts every call out of the engine and can let one of them fail. */
final class FaultRig implements AutoCloseable {
    static final long KEY = 1;
    static final long TTL = 10_000;
    static final long TICK = 1_000;
    static final int SMALL = 16;
    static final int LARGE = 300;

    /** A place where the engine calls the caller's code, and the operations that reach it. */
    enum CallOut {
        READER("read"),
        UPDATER("put", "update"),
        VISITOR("scan"),
        CLOCK(
                "addAndGetLong",
                "checkpoint",
                "compareAndSet",
                "compareAndSetLong",
                "contains",
                "digest",
                "doWork",
                "get",
                "getAndAddLong",
                "getAndRemove",
                "getLong",
                "peek",
                "persist",
                "put",
                "putIfAbsent",
                "putLeased",
                "putLong",
                "read",
                "remainingTtlNs",
                "remove",
                "removeIfEqual",
                "removeLeased",
                "replace",
                "scan",
                "setTtl",
                "update"),
        REMOVAL_HANDLER(REMOVING),
        ERROR_HANDLER(REMOVING);

        final Set<String> operations;

        CallOut(String... operations) {
            this.operations = Set.of(operations);
        }

        /** Whether the engine keeps throwables from here away from the operation's caller. */
        boolean isContained() {
            return this == REMOVAL_HANDLER || this == ERROR_HANDLER;
        }
    }

    /** Operations that remove the key's entry or value, or other entries that are due. */
    private static final String[] REMOVING = {
        "addAndGetLong",
        "clear",
        "compareAndSet",
        "compareAndSetLong",
        "doWork",
        "getAndAddLong",
        "getAndRemove",
        "persist",
        "put",
        "putIfAbsent",
        "putLeased",
        "putLong",
        "remove",
        "removeIfEqual",
        "removeLeased",
        "replace",
        "setTtl",
        "update"
    };

    /** A throwable for the call that fails. */
    enum Fault {
        RUNTIME_EXCEPTION {
            @Override
            void occur() {
                throw new IllegalArgumentException("injected");
            }
        },
        ERROR {
            @Override
            void occur() {
                throw new OutOfMemoryError("injected");
            }
        },
        CHECKED_EXCEPTION {
            @Override
            void occur() {
                throw TestSupport.sneak(new IOException("injected"));
            }
        },
        STACK_OVERFLOW {
            @Override
            void occur() {
                deeper(0);
            }

            private int deeper(int depth) {
                return depth + deeper(depth + 1);
            }
        };

        abstract void occur();
    }

    final Map<CallOut, Integer> calls = new EnumMap<>(CallOut.class);
    final List<String> told = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();
    final OffHeapCache cache;
    long nowNs = 1;
    CallOut site;
    Fault fault;
    int number;
    boolean occurred;
    RemovalCause lastCause;
    RemovalCause causeAtFault;
    Object result;
    Throwable thrown;

    FaultRig(Consumer<CacheBuilder> setting) {
        final CacheBuilder builder =
                OffHeapCache.builder()
                        .memoryBytes(64 << 10)
                        .segments(1)
                        .slabBytes(1 << 10)
                        .maxEntries(4)
                        .promotionDistance(0)
                        .tickNs(TICK)
                        .expiryBudget(2)
                        .hashSeed(7)
                        .clock(this::nanoTime)
                        .removalHandler(this::removed)
                        .errorHandler(this::error);
        setting.accept(builder);
        cache = builder.build();
    }

    private long nanoTime() {
        callOut(CallOut.CLOCK);
        return nowNs;
    }

    private void removed(RemovalCause cause, DirectBuffer key, DirectBuffer value) {
        told.add(cause + " " + key.getLong(0) + "=" + text(value));
        lastCause = cause;
        callOut(CallOut.REMOVAL_HANDLER);
        if (site == CallOut.ERROR_HANDLER) {
            throw new IllegalStateException("for the error handler");
        }
    }

    private void error(Throwable error) {
        errors.add(error);
        callOut(CallOut.ERROR_HANDLER);
    }

    private void callOut(CallOut at) {
        if (calls.merge(at, 1, Integer::sum) == number && at == site) {
            occurred = true;
            causeAtFault = lastCause;
            fault.occur();
        }
    }

    void put(long key, long ttlNs) {
        final UnsafeBuffer value = valueOf(key, SMALL, 'o');
        if (ttlNs == 0) {
            cache.put(key, value, 0, SMALL);
        } else {
            cache.put(key, value, 0, SMALL, ttlNs);
        }
    }

    void run(PublicOperation operation, int valueLength) {
        final Inputs inputs =
                new Inputs(
                        KEY,
                        valueOf(KEY, SMALL, 'o'),
                        valueOf(KEY, valueLength, 'n'),
                        new UnsafeBuffer(new byte[LARGE]),
                        3 * TTL,
                        view -> callOut(CallOut.READER),
                        view -> {
                            view.setMemory(0, view.capacity(), (byte) '!');
                            callOut(CallOut.UPDATER);
                        },
                        (key, value) -> callOut(CallOut.VISITOR));
        final Object[] arguments = operation.arguments(inputs);
        thrown = catchThrowable(() -> result = operation.call(cache, arguments));
    }

    Map<Long, String> contents() {
        final Map<Long, String> contents = new TreeMap<>();
        for (long cursor = 0; cursor != OffHeapCache.SCAN_DONE; ) {
            cursor =
                    cache.scan(
                            cursor, 10, (key, value) -> contents.put(key.getLong(0), text(value)));
        }
        return contents;
    }

    /** The contents without the entries that were evicted before the operation failed. */
    Map<Long, String> unlessEvicted(Map<Long, String> before) {
        final Map<Long, String> contents = new TreeMap<>(before);
        contents.keySet()
                .removeIf(key -> told.stream().anyMatch(t -> t.startsWith("EVICTED " + key + '=')));
        return contents;
    }

    static String text(DirectBuffer value) {
        final byte[] bytes = new byte[value.capacity()];
        value.getBytes(0, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        cache.close();
    }

    /** Returns a value that begins with its key, then repeats the filling. */
    static UnsafeBuffer valueOf(long key, int length, char filling) {
        return TestSupport.bytes(
                (key + ":" + String.valueOf(filling).repeat(length)).substring(0, length));
    }
}
