// SPDX-License-Identifier: Apache-2.0
/** The parts that all reports share: page, charts and files. Uses no other package of bench. */
package io.flagstone.bench.report;
