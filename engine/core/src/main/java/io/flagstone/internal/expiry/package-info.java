// SPDX-License-Identifier: Apache-2.0
/** Reclaiming by deadline: a hierarchical timing wheel. */
package io.flagstone.internal.expiry;
