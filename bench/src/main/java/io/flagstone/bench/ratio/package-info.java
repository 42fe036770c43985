// SPDX-License-Identifier: Apache-2.0
/** Comparisons within one process, the two sides by turns. */
package io.flagstone.bench.ratio;
