// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/** Thrown if an entry does not fit into the largest size class. The cache is unchanged. */
public final class EntryTooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** The bytes that the entry needs. */
    private final long entryBytes;

    /** The chunk of the largest size class, in bytes. */
    private final int maxEntryBytes;

    /**
     * Creates an exception whose message has both sizes.
     *
     * @param entryBytes the bytes that the entry needs: header, padded key and value.
     * @param maxEntryBytes the chunk of the largest size class in bytes, which is one slab.
     */
    public EntryTooLargeException(long entryBytes, int maxEntryBytes) {
        super(
                "entry of "
                        + entryBytes
                        + " bytes (header, padded key, value) exceeds the largest size class of "
                        + maxEntryBytes
                        + " bytes: raise slabBytes");
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
     * @return the chunk of the largest size class, in bytes.
     */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }
}
