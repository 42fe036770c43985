// SPDX-License-Identifier: Apache-2.0
/**
 * The caches, maps and memory floors that are compared, behind one interface.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.contender.ContenderType} lists and makes the contenders.
 *   <li>{@link io.flagstone.bench.contender.Contender} is a cache under measurement.
 *   <li>{@link io.flagstone.bench.contender.Session} has the operations of one thread on it.
 * </ul>
 */
package io.flagstone.bench.contender;
