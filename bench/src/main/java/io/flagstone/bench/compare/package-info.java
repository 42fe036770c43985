// SPDX-License-Identifier: Apache-2.0
/** The comparison of all contenders: which measurements, in which JVMs, and what came of them. */
package io.flagstone.bench.compare;
