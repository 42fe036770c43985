// SPDX-License-Identifier: Apache-2.0
/** An on-heap model that a replay runs beside the cache, to compare what it did. */
package io.flagstone.bench.verify;
