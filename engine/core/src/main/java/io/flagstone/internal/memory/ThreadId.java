// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.agrona.UnsafeApi;

/**
 * Identifies a thread by the number that the JVM gave it, which no subclass can change.
 * Thread-safe. Allocates nothing.
 *
 * <p>A subclass can override {@code Thread.getId()}, so a lock that relied on it could admit two
 * threads. JDK 19 added {@code Thread.threadId()}, which is final. On JDK 17 and 18, this class
 * reads the field instead.
 */
public final class ThreadId {
    private static final MethodHandle THREAD_ID = finalMethod("threadId", long.class);
    private static final MethodHandle IS_VIRTUAL = finalMethod("isVirtual", boolean.class);
    private static final long FIELD =
            THREAD_ID == null ? UnsafeApi.objectFieldOffset(Thread.class, "tid") : 0;

    private ThreadId() {}

    /**
     * Returns the calling thread's number.
     *
     * @return a positive number, unique among all threads that the JVM ever had.
     */
    public static long current() {
        return of(Thread.currentThread());
    }

    /** Returns the number of a thread. */
    static long of(Thread thread) {
        if (THREAD_ID == null) {
            return UnsafeApi.getLong(thread, FIELD);
        }
        try {
            return (long) THREAD_ID.invokeExact(thread);
        } catch (final Error | RuntimeException e) {
            throw e;
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Returns whether the calling thread is a virtual thread; always false before JDK 21. */
    public static boolean isVirtual() {
        if (IS_VIRTUAL == null) {
            return false;
        }
        try {
            return (boolean) IS_VIRTUAL.invokeExact(Thread.currentThread());
        } catch (final Error | RuntimeException e) {
            throw e;
        } catch (final Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static MethodHandle finalMethod(String name, Class<?> result) {
        try {
            return MethodHandles.publicLookup()
                    .findVirtual(Thread.class, name, MethodType.methodType(result));
        } catch (final ReflectiveOperationException e) {
            return null;
        }
    }
}
