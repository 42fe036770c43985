// SPDX-License-Identifier: Apache-2.0
/**
 * The crash soak: kills processes that use a cache with a directory, and checks that the next
 * process finds everything that had returned.
 *
 * <ul>
 *   <li>The program: {@code CrashCommand} parses {@code CrashOptions} and runs {@code CrashSoak},
 *       the parent, which draws a {@code CrashPlan} for each {@code ChildProcess}. {@code
 *       CrashReport} counts.
 *   <li>The child: {@code CrashChild} gets an {@code Assignment}, opens the cache of a {@code
 *       CrashConfiguration}, and publishes its {@code Phase}. A {@code CrashRound} names the open
 *       cache and its surroundings.
 *   <li>The operations: a {@code CrashWorker} runs each {@code CrashOperation}, and commits a
 *       {@code PlantedFault} in tests.
 *   <li>The expectations: the {@code Ledger}, whose layout is in {@code LedgerDescriptor}, has the
 *       {@code KeyState} of each key. {@code CrashCheck} compares the cache with it. {@code
 *       ValueBytes} encodes values. {@code Kinds} are the kinds of restart that may be reported.
 * </ul>
 */
package io.flagstone.stress.crash;
