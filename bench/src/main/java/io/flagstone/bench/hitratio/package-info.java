// SPDX-License-Identifier: Apache-2.0
/** How many requests of a trace contenders answer with the same number of bytes. */
package io.flagstone.bench.hitratio;
