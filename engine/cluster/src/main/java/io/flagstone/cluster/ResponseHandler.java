// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import org.agrona.DirectBuffer;

/** Receives the responses to the requests of a {@link ClusterRequests}. */
@FunctionalInterface
public interface ResponseHandler {
    /**
     * Called once for each request, in the order in which the responses arrive. Aeron passes an
     * exception from here to the error handler of the connection's context.
     *
     * @param request the number that the request has.
     * @param outcome how it ended.
     * @param number the result: 1 or 0 for an operation that says whether, a count, a time to live,
     *     or the {@code long} that was read or written.
     * @param buffer has the value, valid only during the call.
     * @param offset the offset of the value.
     * @param length the length of the value in bytes, 0 if there is none.
     */
    void onResponse(
            long request,
            Outcome outcome,
            long number,
            DirectBuffer buffer,
            int offset,
            int length);
}
