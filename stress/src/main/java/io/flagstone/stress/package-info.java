// SPDX-License-Identifier: Apache-2.0
/** Concurrency stress tests. */
package io.flagstone.stress;
