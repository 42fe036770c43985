/** Slabs of equal size, cut into the chunks of one size class at a time. */
package io.flagstone.internal.slab;
