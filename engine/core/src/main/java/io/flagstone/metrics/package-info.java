// SPDX-License-Identifier: Apache-2.0
/**
 * Publishes a cache's figures in a memory-mapped file. Another process can read it while the cache
 * lives, and after its process has died.
 *
 * <ul>
 *   <li>{@link io.flagstone.metrics.MetricsPublisher} writes the file, {@link
 *       io.flagstone.metrics.MetricsReader} reads it into a {@link
 *       io.flagstone.metrics.MetricsSnapshot}, and {@link io.flagstone.metrics.Metric} is the
 *       registry of figures. Figures of replicas and of their publishers come from the sources that
 *       the publisher was given.
 *   <li>{@code MetricsDescriptor} is the layout of the file, {@code PublisherLock} keeps a second
 *       publisher from the same path, and {@code Liveness} decides whether a publisher is alive.
 * </ul>
 */
package io.flagstone.metrics;
