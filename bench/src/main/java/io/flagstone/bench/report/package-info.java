// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of every command's report: the page, its charts and the files. Uses no other package.
 */
package io.flagstone.bench.report;
