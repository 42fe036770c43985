// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

/** Thrown where an entry would not fit the largest size class; the cache is as it was. */
public final class EntryTooLargeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** What the entry needs. */
    private final long entryBytes;

    /** The largest size class. */
    private final int maxEntryBytes;

    /**
     * Names both sizes.
     *
     * @param entryBytes what the entry needs: header, padded key and value.
     * @param maxEntryBytes the chunk of the largest size class, which is one slab.
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
     * What the entry needs.
     *
     * @return bytes of header, padded key and value.
     */
    public long entryBytes() {
        return entryBytes;
    }

    /**
     * The limit.
     *
     * @return bytes of the largest size class.
     */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }
}
