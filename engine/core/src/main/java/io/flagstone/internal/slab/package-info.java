// SPDX-License-Identifier: Apache-2.0
/** Slabs of equal size, cut into the chunks of one size class at a time. */
package io.flagstone.internal.slab;
