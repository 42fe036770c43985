// SPDX-License-Identifier: Apache-2.0
/**
 * What is compared: caches of several makers, maps, and the floors that memory sets, behind one
 * face.
 */
package io.flagstone.bench.contender;
