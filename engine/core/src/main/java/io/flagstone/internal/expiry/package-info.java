/** Reclaiming by deadline: a hierarchical timing wheel. */
package io.flagstone.internal.expiry;
