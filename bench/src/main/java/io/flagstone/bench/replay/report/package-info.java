// SPDX-License-Identifier: Apache-2.0
/** The report of a replay: text for people, JSON for machines, a page with charts. */
package io.flagstone.bench.replay.report;
