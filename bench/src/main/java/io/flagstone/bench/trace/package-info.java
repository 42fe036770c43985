// SPDX-License-Identifier: Apache-2.0
/** Cache traces: the formats read, and the requests they hold. */
package io.flagstone.bench.trace;
