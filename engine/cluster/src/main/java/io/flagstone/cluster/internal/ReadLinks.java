// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import org.agrona.DirectBuffer;

/**
 * A reader's streams: one to each member, and one for the responses of all.
 *
 * <p>Not thread-safe.
 */
public interface ReadLinks extends AutoCloseable {
    /** Returns the number of members. */
    int members();

    /** Returns where members send responses, or null if it is not known yet. */
    String endpoint();

    /** Returns whether a member takes requests. */
    boolean isConnected(int member);

    /**
     * Offers a request. It may be lost.
     *
     * @return false if it is longer than the stream allows.
     */
    boolean offer(int member, DirectBuffer buffer, int length);

    /**
     * Passes on the responses that have arrived.
     *
     * @return 0 if there was nothing to do.
     */
    int poll(ClusterConnection.MessageHandler handler);

    @Override
    void close();
}
