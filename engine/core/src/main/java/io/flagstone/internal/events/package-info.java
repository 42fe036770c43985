// SPDX-License-Identifier: Apache-2.0
/**
 * What the engine tells Java's Flight Recorder.
 *
 * <p>While nobody records, an event costs a test of what is then a constant.
 */
package io.flagstone.internal.events;
