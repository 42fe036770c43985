// SPDX-License-Identifier: Apache-2.0
/**
 * The engine's events for JDK Flight Recorder.
 *
 * <p>{@link io.flagstone.internal.events.SegmentEvents} creates the events of a segment, and {@link
 * io.flagstone.internal.events.CacheEvents} those of a cache. {@link
 * io.flagstone.internal.events.RecordedEvents} keeps the recorder's classes from being loaded
 * before they are needed. The other classes are one type of event each.
 */
package io.flagstone.internal.events;
