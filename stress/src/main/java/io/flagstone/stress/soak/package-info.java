// SPDX-License-Identifier: Apache-2.0
/** The soak: every operation on full caches for as long as one likes, every value checked. */
package io.flagstone.stress.soak;
