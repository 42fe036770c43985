// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.agrona.UnsafeApi;

/**
 * Identifies the calling thread by the number that the JVM gave it, which no subclass can change.
 *
 * <p>{@code Thread.getId()} can be overridden, and a lock that believes it excludes nobody. JDK 19
 * brought {@code Thread.threadId()}, which is final. JDK 17 and 18 have no such method, so there
 * the class reads the field behind it.
 *
 * <p>Thread-safe. Allocates nothing.
 */
public final class ThreadId {
    private static final MethodHandle THREAD_ID = finalMethod("threadId", long.class);
    private static final MethodHandle IS_VIRTUAL = finalMethod("isVirtual", boolean.class);
    private static final long FIELD =
            THREAD_ID == null ? UnsafeApi.objectFieldOffset(Thread.class, "tid") : 0;

    private ThreadId() {}

    /**
     * The calling thread's number.
     *
     * @return positive, and unique among all threads that the JVM ever had.
     */
    public static long current() {
        return of(Thread.currentThread());
    }

    /** The number of a thread. */
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

    /** Whether the calling thread is a virtual one; never before JDK 21. */
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
