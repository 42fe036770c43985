// SPDX-License-Identifier: Apache-2.0
/**
 * The optional admission filter.
 *
 * <ul>
 *   <li>{@link AdmissionFilter}: decides which of two entries stays, and the size of the window.
 *   <li>{@link FrequencySketch}: estimates how often keys were used lately.
 *   <li>{@link FilterDescriptor}: the layout of the filter.
 * </ul>
 */
package io.flagstone.internal.admission;
