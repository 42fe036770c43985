// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * The result of a structural audit.
 *
 * @param clean whether all off-heap state is consistent.
 * @param finding the first inconsistency, with its segment and references; empty if there is none.
 * @param entries the number of entries checked.
 */
public record AuditResult(boolean clean, String finding, long entries) {}
