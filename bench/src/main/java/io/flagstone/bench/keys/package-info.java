// SPDX-License-Identifier: Apache-2.0
/** Which keys a benchmark asks for, and in which order. */
package io.flagstone.bench.keys;
