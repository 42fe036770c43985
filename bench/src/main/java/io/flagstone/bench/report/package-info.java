// SPDX-License-Identifier: Apache-2.0
/** What a replay reports: text for people, JSON for machines, a page with charts. */
package io.flagstone.bench.report;
