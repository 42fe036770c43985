// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.api.CacheStatistics;
import io.flagstone.api.CacheStatistics.Counter;
import io.flagstone.stress.soak.MemorySampler.Sample;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.HdrHistogram.Histogram;

/** Prints a line after each audit, and throughput, latencies and memory at the end. */
final class SoakReport {
    private static final double NS_PER_S = TimeUnit.SECONDS.toNanos(1);
    private static final double NS_PER_US = TimeUnit.MICROSECONDS.toNanos(1);
    private static final double BYTES_PER_MIB = 1 << 20;

    private final SoakOptions options;
    private final List<Worker> workers;
    private final PrintWriter out;
    private final MemorySampler memory = new MemorySampler();
    private final Map<String, Long> totals = new LinkedHashMap<>();
    private final long startNs = System.nanoTime();
    private final AllocationMeter allocation;
    private long runStartNs;
    private long runStartOperations;
    private long runNs;
    private long lastRunNs;
    private long runOperations;
    private long lastRunOperations;
    private long longestCheckIntervalNs;

    SoakReport(SoakOptions options, List<Worker> workers, PrintWriter out) {
        this.options = options;
        this.workers = workers;
        this.out = out;
        this.allocation = new AllocationMeter(workers);
    }

    void header() {
        print("%s%n", options.commandLine());
        print(
                "Java %s, %d processors%n",
                System.getProperty("java.vm.version"), Runtime.getRuntime().availableProcessors());
        print(
                "%9s  %-10s %12s %7s %12s %10s %10s  %s%n",
                "elapsed", "cache", "ops/s", "hits", "evictions", "heap", "direct", "violations");
    }

    /** Records that the workers start to run. */
    void running() {
        allocation.start();
        runStartOperations = operations();
        runStartNs = System.nanoTime();
    }

    /** Records that the workers are paused. */
    void stopped() {
        lastRunNs = Math.max(1, System.nanoTime() - runStartNs);
        lastRunOperations = operations() - runStartOperations;
        runNs += lastRunNs;
        runOperations += lastRunOperations;
        allocation.stop();
    }

    /** Prints one line, while the workers are paused after a clean audit. */
    void line(SoakRound round) {
        final Sample sample = memory.sample(round.configuration());
        final CacheStatistics statistics = round.cache().statistics();
        print(
                "%7.1f s  %-10s %,12.0f %5.1f %% %,12d %6.1f MiB %6.1f MiB  0%n",
                (System.nanoTime() - startNs) / NS_PER_S,
                round.configuration().name(),
                lastRunOperations * NS_PER_S / lastRunNs,
                100 * statistics.hitRatio(),
                statistics.evictions(),
                sample.heapBytes() / BYTES_PER_MIB,
                sample.directBytes() / BYTES_PER_MIB);
    }

    /** Adds the last statistics of a closed cache to the totals. */
    void closed(CacheStatistics statistics) {
        for (final Counter counter : Counter.values()) {
            totals.merge(counter.accessorName(), statistics.get(counter), Long::sum);
        }
    }

    /** Records the time between two checks of the watchdog. */
    void watchdogChecked(long sinceNs) {
        longestCheckIntervalNs = Math.max(longestCheckIntervalNs, sinceNs);
    }

    /** Prints the final report, after the workers have ended. */
    void print() {
        final Latencies all = latencies();
        print(
                "%n%-16s %13s %11s %9s %9s %9s %11s%n",
                "operation", "count", "per second", "p50 us", "p99 us", "p99.9 us", "max us");
        Operation worst = Operation.GET;
        for (final Operation operation : Operation.values()) {
            final Histogram histogram = all.of(operation);
            print(
                    "%-16s %,13d %,11.0f %9.2f %9.2f %9.2f %11.1f%n",
                    operation.label(),
                    histogram.getTotalCount(),
                    histogram.getTotalCount() / runSeconds(),
                    histogram.getValueAtPercentile(50) / NS_PER_US,
                    histogram.getValueAtPercentile(99) / NS_PER_US,
                    histogram.getValueAtPercentile(99.9) / NS_PER_US,
                    histogram.getMaxValue() / NS_PER_US);
            if (histogram.getMaxValue() > all.of(worst).getMaxValue()) {
                worst = operation;
            }
        }
        print(
                "%nWorst stall: %.1f us, %s. Times include callbacks and waits for a processor.%n",
                all.of(worst).getMaxValue() / NS_PER_US, worst.label());
        print(
                "Longest time between two checks of the watchdog, due every 100 ms: %.1f ms. The"
                        + " cache did not cause a stall during such a pause.%n",
                longestCheckIntervalNs / 1000 / 1000.0);
        print("All caches: %s%n", totals);
        memoryLine("Heap", Sample::heapBytes);
        memoryLine("Direct", Sample::directBytes);
        print("Heap after a collection: %s%n", heapVerdict());
        print("Allocated by the threads: %.3f bytes per operation%n", allocatedPerOperation());
        print("Direct memory besides the caches: %s%n", directVerdict());
        print("No violation in %,d operations.%n", operations());
    }

    private void memoryLine(String name, ToLongFunction<Sample> bytes) {
        final List<Sample> samples = memory.samples();
        print(
                "%s MiB: first %.1f, min %.1f, max %.1f, last %.1f%n",
                name,
                bytes.applyAsLong(samples.get(0)) / BYTES_PER_MIB,
                samples.stream().mapToLong(bytes).min().orElse(0) / BYTES_PER_MIB,
                samples.stream().mapToLong(bytes).max().orElse(0) / BYTES_PER_MIB,
                bytes.applyAsLong(samples.get(samples.size() - 1)) / BYTES_PER_MIB);
    }

    /** Returns whether the heap is flat, as text. */
    String heapVerdict() {
        final long growth = memory.heapGrowthBytes();
        return String.format(
                Locale.ROOT,
                "%s; grew by at most %.2f MiB from a configuration's first audit to its last",
                growth <= MemorySampler.HEAP_SLACK_BYTES ? "flat" : "NOT FLAT",
                growth / BYTES_PER_MIB);
    }

    /** Returns whether direct memory is flat, as text. */
    String directVerdict() {
        final long excess = memory.directExcessBytes();
        return String.format(
                Locale.ROOT,
                "%s; at most %.2f MiB",
                excess <= 0 ? "flat" : "NOT FLAT",
                excess / BYTES_PER_MIB);
    }

    SoakOptions options() {
        return options;
    }

    MemorySampler memory() {
        return memory;
    }

    /** Returns the sums of the statistics of all closed caches, by name. */
    Map<String, Long> totals() {
        return totals;
    }

    /** Returns how long the workers have run, without pauses. */
    double runSeconds() {
        return Math.max(1, runNs) / NS_PER_S;
    }

    /** Returns the mean allocation of an operation, in bytes, while the workers run. */
    double allocatedPerOperation() {
        return (double) allocation.bytes() / Math.max(1, runOperations);
    }

    long operations() {
        return workers.stream().mapToLong(Worker::progress).sum();
    }

    /** Returns the latencies of all threads together. */
    Latencies latencies() {
        final Latencies all = new Latencies();
        workers.forEach(worker -> all.add(worker.latencies()));
        return all;
    }

    private void print(String format, Object... args) {
        out.printf(Locale.ROOT, format, args);
        out.flush();
    }
}
