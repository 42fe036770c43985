// SPDX-License-Identifier: Apache-2.0
/** The report of a replay as text, as JSON and as a page with charts. */
package io.flagstone.bench.replay.report;
