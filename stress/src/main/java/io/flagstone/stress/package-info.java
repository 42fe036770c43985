// SPDX-License-Identifier: Apache-2.0
/**
 * The jcstress tests, which race a few operations many times and record every outcome.
 *
 * <ul>
 *   <li>Reads against writes: {@code OverwriteTest}, {@code InsertionTest}, {@code PresenceTest},
 *       {@code MultiGetTest}.
 *   <li>Reads of a chunk that is reused or moved: {@code ChunkReuseTest}, {@code SameKeyReuseTest},
 *       {@code LargeValueTest}, {@code SlabReassignmentTest}, {@code EntryMoveTest}, {@code
 *       IndexMoveTest}.
 *   <li>Deadlines and LRU order: {@code DeadlineTest}, {@code RevivalTest}, {@code
 *       SlidingExpiryTest}, {@code PromotionTest}.
 *   <li>Writes against writes: {@code AdditionTest}, {@code UpdateTest}, {@code CompareAndSetTest},
 *       {@code PutIfAbsentTest}.
 *   <li>The segment's lock: {@code LockClaimTest}, {@code LockWithdrawalTest}.
 *   <li>Statistics and metrics: {@code StatisticsTest}, {@code MetricsSnapshotTest}.
 *   <li>Closing: {@code CloseRaceTest}.
 *   <li>Support: {@code SharedCache}, {@code SmallCache}.
 * </ul>
 *
 * <p>The package {@code soak} is a separate program, which can run all operations for hours.
 */
package io.flagstone.stress;
