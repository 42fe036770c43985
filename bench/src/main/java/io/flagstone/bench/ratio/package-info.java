// SPDX-License-Identifier: Apache-2.0
/** Comparisons of two sides that alternate in one process. */
package io.flagstone.bench.ratio;
