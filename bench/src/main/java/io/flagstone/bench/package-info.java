// SPDX-License-Identifier: Apache-2.0
/** Benchmarks and trace replay. */
package io.flagstone.bench;
