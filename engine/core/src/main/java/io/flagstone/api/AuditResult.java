// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/**
 * What a structural audit found.
 *
 * @param clean whether all off-heap state agrees with itself.
 * @param finding the first inconsistency, with the segment and the references it concerns; empty
 *     where there is none.
 * @param entries the entries walked.
 */
public record AuditResult(boolean clean, String finding, long entries) {}
