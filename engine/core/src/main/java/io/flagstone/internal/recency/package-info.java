// SPDX-License-Identifier: Apache-2.0
/**
 * The order of use.
 *
 * <ul>
 *   <li>{@link LruLists}: an intrusive doubly-linked list per size class, and the recency clock.
 *   <li>{@link PromotionDistance}: decides which hits promote an entry.
 *   <li>{@link RecencyDescriptor}: the layout of the lists' heads.
 * </ul>
 */
package io.flagstone.internal.recency;
