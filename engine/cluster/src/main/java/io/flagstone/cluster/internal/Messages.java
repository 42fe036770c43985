// SPDX-License-Identifier: Apache-2.0
package io.flagstone.cluster.internal;

import io.flagstone.cluster.codec.BatchDecoder;
import io.flagstone.cluster.codec.MessageHeaderDecoder;
import io.flagstone.cluster.codec.ReadBatchDecoder;
import io.flagstone.cluster.codec.ReadDecoder;
import io.flagstone.cluster.codec.ReadHelloDecoder;
import io.flagstone.cluster.codec.RegisterDecoder;
import io.flagstone.cluster.codec.RequestDecoder;
import io.flagstone.cluster.codec.UnregisterDecoder;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Checks that a message from a client ends where its lengths say. The log's memory behind a message
 * may differ between members, so nothing outside a message may be read. The same holds for requests
 * of readers, whose lengths nobody else has checked.
 */
public final class Messages {
    private static final int KEY_PREFIX = Short.BYTES;
    private static final int VALUE_PREFIX = Integer.BYTES;
    private static final int GROUP_PREFIX = 2 * Short.BYTES;

    private Messages() {}

    /**
     * Returns whether a message is whole.
     *
     * @param header wrapped around the message's header.
     */
    public static boolean isWhole(
            MessageHeaderDecoder header, DirectBuffer buffer, int offset, int length) {
        final int body = offset + MessageHeaderDecoder.ENCODED_LENGTH;
        final int end = offset + length;
        final int at = body + header.blockLength();
        if (at > end) {
            return false;
        }
        return switch (header.templateId()) {
            case RegisterDecoder.TEMPLATE_ID ->
                    header.blockLength() >= RegisterDecoder.BLOCK_LENGTH;
            case UnregisterDecoder.TEMPLATE_ID ->
                    header.blockLength() >= UnregisterDecoder.BLOCK_LENGTH;
            case RequestDecoder.TEMPLATE_ID ->
                    header.blockLength() >= RequestDecoder.BLOCK_LENGTH
                            && afterValue(
                                            buffer,
                                            afterValue(buffer, afterKey(buffer, at, end), end),
                                            end)
                                    >= 0;
            case BatchDecoder.TEMPLATE_ID ->
                    header.blockLength() >= BatchDecoder.BLOCK_LENGTH
                            && isWholeGroup(buffer, at, end);
            case ReadHelloDecoder.TEMPLATE_ID ->
                    header.blockLength() >= ReadHelloDecoder.BLOCK_LENGTH
                            && afterKey(buffer, at, end) >= 0;
            case ReadDecoder.TEMPLATE_ID ->
                    header.blockLength() >= ReadDecoder.BLOCK_LENGTH
                            && afterKey(buffer, at, end) >= 0;
            case ReadBatchDecoder.TEMPLATE_ID ->
                    header.blockLength() >= ReadBatchDecoder.BLOCK_LENGTH
                            && isWholeGroup(buffer, at, end);
            default -> false;
        };
    }

    private static boolean isWholeGroup(DirectBuffer buffer, int offset, int end) {
        if (end - offset < GROUP_PREFIX) {
            return false;
        }
        final int block = buffer.getShort(offset, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        final int count = buffer.getShort(offset + Short.BYTES, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        int at = offset + GROUP_PREFIX;
        for (int i = 0; i < count && at >= 0; i++) {
            at = end - at < block ? -1 : at + block;
            at = afterValue(buffer, afterKey(buffer, at, end), end);
        }
        return at >= 0;
    }

    /** Returns the end of a key, or -1 if it is outside the message. */
    private static int afterKey(DirectBuffer buffer, int at, int end) {
        if (at < 0 || end - at < KEY_PREFIX) {
            return -1;
        }
        final int length = buffer.getShort(at, ByteOrder.LITTLE_ENDIAN) & 0xFFFF;
        return after(at + KEY_PREFIX, length, end);
    }

    private static int afterValue(DirectBuffer buffer, int at, int end) {
        if (at < 0 || end - at < VALUE_PREFIX) {
            return -1;
        }
        return after(at + VALUE_PREFIX, buffer.getInt(at, ByteOrder.LITTLE_ENDIAN), end);
    }

    private static int after(int at, int length, int end) {
        return length < 0 || length > end - at ? -1 : at + length;
    }
}
