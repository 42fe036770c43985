// SPDX-License-Identifier: Apache-2.0
/**
 * The measurement of systems whose members agree on each write: Flagstone's cluster and a peer, on
 * the same work.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.agreement.AgreementRun} measures all systems, alternately.
 *   <li>{@link io.flagstone.bench.agreement.AgreementSystem} is one of them, with its settings.
 *   <li>{@link io.flagstone.bench.agreement.MemberProcess} is the main class of a member's process.
 *   <li>{@link io.flagstone.bench.agreement.Workload} is the work, with the model that knows what
 *       must be there at the end.
 * </ul>
 */
package io.flagstone.bench.agreement;
