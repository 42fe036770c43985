// SPDX-License-Identifier: Apache-2.0
/**
 * Reclaims expired entries.
 *
 * <ul>
 *   <li>{@link TimingWheel}: finds the entries whose deadlines have passed.
 *   <li>{@link WheelDescriptor}: the layout of the wheel.
 * </ul>
 */
package io.flagstone.internal.expiry;
