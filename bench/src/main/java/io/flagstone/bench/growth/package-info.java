// SPDX-License-Identifier: Apache-2.0
/** What a contender costs in memory and time as it holds more and more entries. */
package io.flagstone.bench.growth;
