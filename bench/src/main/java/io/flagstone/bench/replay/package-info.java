// SPDX-License-Identifier: Apache-2.0
/** Replays: what is asked of the cache, how it is measured, and what comes out. */
package io.flagstone.bench.replay;
