// SPDX-License-Identifier: Apache-2.0
/**
 * Stripes: locks with a sequence number inside a segment, so that threads write values of different
 * keys at the same time.
 *
 * <ul>
 *   <li>{@link Stripes} takes, waits for, and recovers the stripes of one segment.
 *   <li>{@link StripeMap} maps hashes to stripes, and {@link StripeSequence} tells readers whether
 *       a value changed.
 *   <li>{@code StripeDescriptor} is the layout.
 * </ul>
 */
package io.flagstone.internal.stripe;
