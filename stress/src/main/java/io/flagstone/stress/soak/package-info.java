// SPDX-License-Identifier: Apache-2.0
/**
 * The soak: a program that runs all operations on full caches for as long as the user likes, and
 * checks every value and every result.
 *
 * <ul>
 *   <li>The program: {@code SoakCommand} parses {@code SoakOptions} and runs {@code Soak}. {@code
 *       SoakReport} and {@code JsonReport} print the figures of {@code Latencies}, {@code
 *       AllocationMeter} and {@code MemorySampler}.
 *   <li>The course: {@code SoakCoordinator} starts one {@code SoakRound} after another, each with a
 *       new cache of a {@code SoakConfiguration}. {@code PauseGate} stops the threads, {@code
 *       Auditor} checks the cache meanwhile. {@code Watchdog} finds a hung {@code WatchedTask}.
 *       {@code SoakOutcome} keeps the first {@code Violation}.
 *   <li>The threads: a {@code Worker} draws {@code RandomChoices}, among them the {@code
 *       Operation}, and hands them to a {@code Workload}: {@code OwnedKeyWorkload}, {@code
 *       ReadOnlyWorkload} or {@code CounterWorkload}. {@code ScanChecker} scans. {@code
 *       ThreadBuffers} holds its buffers.
 *   <li>The expectations: {@code OwnedKeyModel}, {@code KeyHistory}, {@code RemovedCounterTotals}
 *       and {@code ExpectedStatistics}. {@code RecordingRemovalHandler} updates the last three.
 *   <li>The bytes: {@code KeyCodec} and {@code ValueCodec} encode and check them; {@code
 *       CheckingReader} and {@code RewritingUpdater} do so in callbacks.
 *   <li>The cache: {@code SoakCache} is implemented by {@code EngineCache} and timed by {@code
 *       MeasuredCache}.
 * </ul>
 */
package io.flagstone.stress.soak;
