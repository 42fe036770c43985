// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/** Thrown if an entry is larger than the largest that the cache takes. The cache is unchanged. */
public final class EntryTooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The bytes that the entry needs. */
    private final long entryBytes;

    /** The largest entry, in bytes. */
    private final int maxEntryBytes;

    /**
     * Creates an exception whose message has both sizes.
     *
     * @param entryBytes the bytes that the entry needs: header, padded key and value.
     * @param maxEntryBytes the largest entry of the cache, in bytes.
     */
    public EntryTooLargeException(long entryBytes, int maxEntryBytes) {
        super(
                "entry of "
                        + entryBytes
                        + " bytes (header, padded key, value) exceeds the largest entry of "
                        + maxEntryBytes
                        + " bytes: raise memoryBytes or slabBytes");
        this.entryBytes = entryBytes;
        this.maxEntryBytes = maxEntryBytes;
    }

    /**
     * Returns the bytes that the entry needs.
     *
     * @return bytes of header, padded key and value.
     */
    public long entryBytes() {
        return entryBytes;
    }

    /**
     * Returns the limit.
     *
     * @return the largest entry of the cache in bytes: header, padded key and value.
     */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }
}
