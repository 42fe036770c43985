// SPDX-License-Identifier: Apache-2.0
/** The replay of a tape or a trace on a cache: workloads, measurement and result. */
package io.flagstone.bench.replay;
