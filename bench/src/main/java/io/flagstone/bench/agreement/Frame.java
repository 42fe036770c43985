// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

/**
 * The messages between {@link GateClient} and {@link RaftGate}, in big-endian order.
 *
 * <ul>
 *   <li>Request: the operation (1 byte), the tag (8), the key (8), for a put the value.
 *   <li>Answer: the status (1 byte), the tag (8), for {@link #VALUE} the value.
 * </ul>
 */
final class Frame {
    /** The operation that writes. */
    static final byte PUT = 1;

    /** The operation that reads. */
    static final byte GET = 2;

    /** The status of a request that was executed and has no value. */
    static final byte DONE = 1;

    /** The status of a get that has found a value. */
    static final byte VALUE = 2;

    /** The status of a request that may not have been executed. */
    static final byte FAILED = 3;

    /** The length of an answer without a value. */
    static final int SHORT_ANSWER = 1 + Long.BYTES;

    /** The length of an answer with a value. */
    static final int LONG_ANSWER = SHORT_ANSWER + NumberedValue.LENGTH;

    /** The length of a put. */
    static final int LONG_REQUEST = 1 + 2 * Long.BYTES + NumberedValue.LENGTH;

    private Frame() {}
}
