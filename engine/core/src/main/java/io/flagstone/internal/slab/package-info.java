// SPDX-License-Identifier: Apache-2.0
/**
 * Slabs of equal size, each cut into chunks of one size class at a time.
 *
 * <ul>
 *   <li>{@link SlabAllocator}: allocates and frees chunks, and drains slabs.
 *   <li>{@link SizeClasses}: the chunk sizes.
 *   <li>{@link SlabPlan}: chooses slab and chunk sizes for a sample of entry sizes.
 *   <li>{@link SlabDescriptor}: the layout of the slab tables.
 *   <li>{@link SlabAudit}: the structural check.
 * </ul>
 */
package io.flagstone.internal.slab;
