// SPDX-License-Identifier: Apache-2.0
/**
 * Cache traces: their formats and their requests.
 *
 * <ul>
 *   <li>{@link io.flagstone.bench.trace.TraceFile} is a trace opened for one pass.
 *   <li>{@link io.flagstone.bench.trace.TraceFormat} lists the formats.
 *   <li>{@link io.flagstone.bench.trace.Request} is one request of a trace.
 * </ul>
 */
package io.flagstone.bench.trace;
