// SPDX-License-Identifier: Apache-2.0
/**
 * A model on the heap that a replay compares with the cache, and what differs.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.verify.ReferenceModel} follows the replay and finds differences.
 *   <li>{@link io.flagstone.bench.verify.Difference} lists the kinds of differences.
 *   <li>{@link io.flagstone.bench.verify.Differences} counts and describes them.
 * </ul>
 */
package io.flagstone.bench.verify;
