// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster;

import io.flagstone.cluster.codec.Status;

/** How a request ended. */
public enum Outcome {
    /** The operation was executed. */
    OK,

    /** The key is absent. */
    NOT_FOUND,

    /** The entry does not fit a slab of the cache. */
    ENTRY_TOO_LARGE,

    /** The value does not have eight bytes at the index. */
    OUTSIDE_VALUE,

    /** An argument is outside its limits. */
    REFUSED,

    /** The response is longer than the members send, or than the egress channel's terms allow. */
    RESPONSE_TOO_LONG,

    /** The members do not know the operation: they are of an earlier version. */
    UNSUPPORTED,

    /** There are too many clients. */
    TOO_MANY_CLIENTS,

    /**
     * Another shard has the slot of the key. Nothing was executed. {@link ShardedCache} goes there.
     */
    MOVED,

    /**
     * The slot of the key is moving to another shard. Nothing was executed. Try again after some
     * milliseconds, as {@link ShardedCache} does.
     */
    BUSY,

    /**
     * No member that answers is as fresh as the bound of a {@link MemberReader} asks for. Nothing
     * was read. Try again, take a wider bound, or read through the log.
     */
    TOO_OLD,

    /**
     * The cluster has forgotten this client, because it was idle for too long. Whether a write took
     * effect is unknown. The client gets a new identity for its next request.
     */
    UNKNOWN_CLIENT,

    /**
     * No response came in time. Whether a write took effect, or will before this client's next
     * request does, is unknown. It takes effect at most once.
     */
    TIMED_OUT;

    private static final Outcome[] BY_STATUS = {
        OK,
        NOT_FOUND,
        ENTRY_TOO_LARGE,
        OUTSIDE_VALUE,
        REFUSED,
        RESPONSE_TOO_LONG,
        UNKNOWN_CLIENT,
        TIMED_OUT,
        TOO_MANY_CLIENTS,
        UNSUPPORTED,
        MOVED,
        BUSY,
        TOO_OLD
    };

    static Outcome of(Status status) {
        return status == Status.NULL_VAL ? REFUSED : BY_STATUS[status.value()];
    }

    /**
     * Throws if this is not the end of a call that has done what it should.
     *
     * @param call the subject of the message.
     * @throws ClusterRequestException with this outcome.
     * @throws IndexOutOfBoundsException if the value does not have eight bytes at the index.
     */
    void check(String call) {
        if (this == OUTSIDE_VALUE) {
            throw new IndexOutOfBoundsException("the value does not have eight bytes there");
        }
        if (this != OK && this != NOT_FOUND) {
            throw new ClusterRequestException(call + " has ended as " + this, this);
        }
    }

    /**
     * Returns whether it is known what the request did.
     *
     * @return false if it may have taken effect, or may do so later.
     */
    public boolean isKnown() {
        return this != TIMED_OUT && this != UNKNOWN_CLIENT;
    }
}
