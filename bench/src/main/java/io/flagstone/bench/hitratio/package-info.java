// SPDX-License-Identifier: Apache-2.0
/** Hit ratios of contenders on a trace, each with the same number of bytes. */
package io.flagstone.bench.hitratio;
