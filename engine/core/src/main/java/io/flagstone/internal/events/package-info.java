// SPDX-License-Identifier: Apache-2.0
/**
 * The engine's events for JDK Flight Recorder.
 *
 * <p>{@link io.flagstone.internal.events.SegmentEvents} creates the events of a segment. The other
 * classes are one type of event each. While no recording runs, an event costs the test of a
 * constant.
 */
package io.flagstone.internal.events;
