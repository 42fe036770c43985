// SPDX-License-Identifier: Apache-2.0
/** Measurements in fresh JVMs, one after the other. */
package io.flagstone.bench.fork;
