// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.IdleStrategy;

/** Offers messages: those of a snapshot until they are taken, those of readers once. */
final class Offers {
    private Offers() {}

    /**
     * Offers a message that may be lost, without waiting.
     *
     * @return the publication's result.
     */
    static long once(ExclusivePublication publication, DirectBuffer buffer, int length) {
        final long result = publication.offer(buffer, 0, length);
        // The term was full. There is another one.
        return result == Publication.ADMIN_ACTION ? publication.offer(buffer, 0, length) : result;
    }

    /**
     * Offers a message.
     *
     * @throws IllegalStateException if the publication is closed, not connected or full.
     */
    static void offer(
            ExclusivePublication publication, IdleStrategy idle, DirectBuffer buffer, int length) {
        idle.reset();
        while (true) {
            final long result = publication.offer(buffer, 0, length);
            if (result > 0) {
                return;
            }
            if (result != Publication.BACK_PRESSURED && result != Publication.ADMIN_ACTION) {
                throw new IllegalStateException(
                        "the snapshot cannot be written: " + Publication.errorString(result));
            }
            idle.idle();
        }
    }
}
