// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

/**
 * Records that a cache was opened, continued and closed. Loads the events' classes only while the
 * Flight Recorder is in use; see {@link RecordedEvents}.
 */
public final class CacheEvents {
    private final CacheOpened opened;

    private CacheEvents(CacheOpened opened) {
        this.opened = opened;
    }

    /**
     * Begins the opening of a cache, before its memory is allocated.
     *
     * @return the opening, to be {@linkplain #opened ended}.
     */
    public static CacheEvents beginOpening() {
        return new CacheEvents(RecordedEvents.canBe() ? CacheOpened.begun() : null);
    }

    /**
     * Ends the opening. If a recording started in the middle of it, the event has no duration.
     *
     * @param id the cache's id.
     * @param bytes the memory of the cache.
     * @param count the number of segments.
     */
    public void opened(long id, long bytes, int count) {
        if (RecordedEvents.canBe()) {
            (opened == null ? new CacheOpened() : opened).finish(id, bytes, count);
        }
    }

    /**
     * Records that a cache with a directory or a checkpoint began.
     *
     * @param id the cache's id.
     * @param how the kind of restart.
     * @param why the reason, or an empty text.
     * @param entries the entries that the cache began with.
     */
    public static void restarted(long id, String how, String why, long entries) {
        if (RecordedEvents.canBe()) {
            CacheRestarted.tell(id, how, why, entries);
        }
    }

    /**
     * Records that a cache was closed.
     *
     * @param id the cache's id.
     */
    public static void closed(long id) {
        if (RecordedEvents.canBe()) {
            CacheClosed.tell(id);
        }
    }
}
