// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.latency;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A log of one thread's stalls, with the waiting times that Linux reports for the thread. Its room
 * is allocated beforehand; stalls beyond it are counted but not kept. On systems that report no
 * waiting times they are 0.
 */
final class StallLog implements OpenLoop.StallListener, AutoCloseable {
    static final int CAPACITY = 1 << 14;
    private static final int STEAL_FIELD = 8;

    private final long[] begins = new long[CAPACITY];
    private final long[] ends = new long[CAPACITY];
    private final long[] runDelays = new long[CAPACITY];
    private final long[] steals = new long[CAPACITY];
    private final byte[] line = new byte[512];
    private RandomAccessFile schedule;
    private RandomAccessFile machine;
    private long runDelay;
    private long steal;
    private int size;
    private long dropped;

    /** Starts the log; call it on the thread to watch. */
    void open() {
        schedule = openOrNull("/proc/thread-self/schedstat");
        machine = openOrNull("/proc/stat");
        reset();
    }

    void reset() {
        size = 0;
        dropped = 0;
        runDelay = field(schedule, 1);
        steal = field(machine, STEAL_FIELD);
    }

    @Override
    public void stalled(long beginNs, long endNs) {
        final long delayNow = field(schedule, 1);
        final long stealNow = field(machine, STEAL_FIELD);
        if (size == CAPACITY) {
            dropped++;
        } else {
            begins[size] = beginNs;
            ends[size] = endNs;
            runDelays[size] = delayNow - runDelay;
            steals[size] = stealNow - steal;
            size++;
        }
        runDelay = delayNow;
        steal = stealNow;
    }

    List<Stall> stalls() {
        final List<Stall> stalls = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            stalls.add(new Stall(begins[i], ends[i], runDelays[i], steals[i]));
        }
        return stalls;
    }

    long dropped() {
        return dropped;
    }

    @Override
    public void close() throws IOException {
        if (schedule != null) {
            schedule.close();
        }
        if (machine != null) {
            machine.close();
        }
    }

    private static RandomAccessFile openOrNull(String file) {
        try {
            return new RandomAccessFile(file, "r");
        } catch (IOException elsewhere) {
            return null;
        }
    }

    /** Returns a number of the first line, whose words are counted from 0, or 0 without one. */
    private long field(RandomAccessFile file, int number) {
        if (file == null) {
            return 0;
        }
        try {
            file.seek(0);
            final int length = file.read(line);
            final String[] words =
                    new String(line, 0, Math.max(0, length), StandardCharsets.US_ASCII)
                            .split("\\s+");
            return number < words.length ? Long.parseLong(words[number]) : 0;
        } catch (final IOException | NumberFormatException unreadable) {
            return 0;
        }
    }
}
