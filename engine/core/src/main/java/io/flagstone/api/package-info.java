// SPDX-License-Identifier: Apache-2.0
/**
 * Types that both the caller and the engine use.
 *
 * <ul>
 *   <li>Callbacks: {@link io.flagstone.api.ValueReader}, {@link io.flagstone.api.ValueUpdater},
 *       {@link io.flagstone.api.EntryVisitor} and {@link io.flagstone.api.RemovalHandler}, with its
 *       {@link io.flagstone.api.RemovalCause}.
 *   <li>Reports: {@link io.flagstone.api.CacheStatistics}, {@link io.flagstone.api.LoadStatistics},
 *       {@link io.flagstone.api.MemoryReport}, {@link io.flagstone.api.AuditResult} and {@link
 *       io.flagstone.api.RestartReport}.
 *   <li>Configuration: {@link io.flagstone.api.EffectiveConfiguration} and {@link
 *       io.flagstone.api.SizeSample}.
 *   <li>Exceptions: {@link io.flagstone.api.CacheClosedException}, {@link
 *       io.flagstone.api.EntryTooLargeException} and {@link
 *       io.flagstone.api.SegmentResetException}.
 * </ul>
 */
package io.flagstone.api;
