// SPDX-License-Identifier: Apache-2.0
/**
 * The segment, which combines lock, index, slabs, recency and expiry over one region.
 *
 * <ul>
 *   <li>Operations, each class extending the next: {@link Segment} writes and reports, {@link
 *       SegmentRemovals} removes, {@link SegmentUpdates} changes parts of values, {@link
 *       WritesInPlace} writes under a stripe alone, {@link SegmentReads} reads under the lock,
 *       {@link SegmentLeases} takes leases, {@link CriticalSection} locks and recovers from
 *       failures.
 *   <li>All entries of a segment: {@link EntryCursor} in the order of use, {@link SegmentImage} as
 *       of one moment, {@link SegmentSweep} to the feed, {@link SegmentListing} their keys, in
 *       bounded steps while writers go on. {@link ChunkWalk} is the cursor of the last three.
 *   <li>Reads without the lock: {@link OptimisticReader}, {@link RetryingReader} for what it
 *       leaves, and {@link BatchReader} for many keys. {@link SegmentVersion} tells them whether a
 *       writer interfered.
 *   <li>Entries, under the lock: {@link EntryStore} writes and uses them, {@link LiveEntries} keeps
 *       the structures consistent, {@link EvictionOrder} chooses the entry to evict, {@link
 *       Rebalancer} makes room, {@link Recycling} replaces an entry by that of another key. {@link
 *       Claim} is what a write claims.
 *   <li>Locking and failures: {@link SegmentLock}, {@link SegmentLockWords}, {@link ChangeMark},
 *       {@link ReentryGuard}.
 *   <li>The user's code: {@link Callbacks} calls it.
 *   <li>Time: {@link SegmentClock} and {@link TimesToLive}.
 *   <li>Layout and configuration: {@link SegmentDescriptor}, {@link SegmentLayout} and {@link
 *       SegmentConfig}.
 *   <li>Helpers: {@link PutCondition}, {@link Leases}, {@link ValueBytes}, {@link ReadCounters} and
 *       {@link SegmentReports}.
 * </ul>
 */
package io.flagstone.internal.segment;
