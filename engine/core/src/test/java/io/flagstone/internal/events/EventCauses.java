// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import io.flagstone.OffHeapCache;
import io.flagstone.testing.TestClock;
import io.flagstone.testing.TestSupport;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import javax.management.ObjectName;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.agrona.concurrent.UnsafeBuffer;

/** A cache, and the causes of all its events. */
final class EventCauses {
    /** Rounds that let the compiler see a cache without a recording. */
    private static final int ROUNDS = 20;

    private EventCauses() {}

    static OffHeapCache open(Path directory, TestClock clock) {
        return OffHeapCache.builder()
                .memoryBytes(1 << 19)
                .slabBytes(1 << 13)
                .segments(1)
                .clock(clock)
                .directory(directory)
                .restartListener(report -> {})
                .build();
    }

    /** Causes all events: entries expire, sizes change, and a thread waits for a lock. */
    static void cause(OffHeapCache cache, TestClock clock) throws InterruptedException {
        final UnsafeBuffer value = new UnsafeBuffer(new byte[1_000]);
        for (int i = 0; i < 100; i++) {
            cache.put(i, value, 0, 8, 1_000_000);
        }
        clock.advance(10_000_000);
        cache.doWork();
        for (int i = 0; i < 5_000; i++) {
            cache.put(i, value, 0, 8);
        }
        for (int i = 0; i < 5_000; i++) {
            cache.put(i, value, 0, 900);
        }
        final CountDownLatch inside = new CountDownLatch(1);
        final CountDownLatch waiting = new CountDownLatch(1);
        final Thread holder =
                new Thread(
                        () ->
                                cache.read(
                                        4_999,
                                        bytes -> {
                                            inside.countDown();
                                            TestSupport.await(waiting);
                                        }));
        holder.start();
        inside.await();
        final Thread waiter = new Thread(() -> cache.remove(1));
        waiter.start();
        while (waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        waiting.countDown();
        holder.join();
        waiter.join();
    }

    /**
     * Opens a cache, and causes the events while a recording runs.
     *
     * @param args the directory of the cache, the settings, the file of the recording, and how it
     *     starts: {@code none}, {@code flag}, {@code class} or {@code command}.
     */
    public static void main(String[] args) throws Exception {
        final TestClock clock = new TestClock(0);
        final OffHeapCache cache = open(Path.of(args[0]), clock);
        final boolean later = args[3].equals("class") || args[3].equals("command");
        for (int i = 0; later && i < ROUNDS; i++) {
            cause(cache, clock);
        }
        final Recording recording = args[3].equals("class") ? start(Path.of(args[1])) : null;
        if (args[3].equals("command")) {
            command("jfrStart", "settings=" + args[1], "name=events");
        }
        cause(cache, clock);
        cache.close();
        if (recording != null) {
            recording.dump(Path.of(args[2]));
            recording.close();
        } else if (!args[3].equals("none")) {
            command("jfrDump", "name=events", "filename=" + args[2]);
        }
    }

    private static Recording start(Path settings) throws Exception {
        final Recording recording = new Recording(Configuration.create(settings));
        recording.start();
        return recording;
    }

    /** Executes a command as jcmd does. */
    private static void command(String name, String... arguments) throws Exception {
        ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        name,
                        new Object[] {arguments},
                        new String[] {String[].class.getName()});
    }
}
