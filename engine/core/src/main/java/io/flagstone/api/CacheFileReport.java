// SPDX-License-Identifier: Apache-2.0
package io.flagstone.api;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells what is in the file of a cache with a directory, at one moment.
 *
 * @param file the file.
 * @param state the state of the file.
 * @param damage the first finding that keeps a cache from continuing with the file; empty if there
 *     is none.
 * @param fileBytes the length of the file.
 * @param origin the process that opened the file last, and the times in the file.
 * @param configuration the settings that decide what the file holds.
 * @param segments the segments, in order; empty if the first page is damaged.
 * @param sizeClasses the size classes, ascending; empty if the first page is damaged.
 */
public record CacheFileReport(
        Path file,
        State state,
        String damage,
        long fileBytes,
        Origin origin,
        Map<String, String> configuration,
        List<SegmentState> segments,
        List<ClassState> sizeClasses) {

    /** The state of a file. */
    public enum State {
        /** A cache has it open. The counts are of several moments. */
        IN_USE,
        /** A cache closed it, and the next one continues with all entries. */
        CLEAN,
        /** Its process ended without closing it. The next cache recovers the entries. */
        UNCLEAN,
        /**
         * Its machine was started again, so that it may lack writes. The next cache begins cold.
         */
        OTHER_BOOT,
        /** No cache can continue with it. */
        DAMAGED
    }

    /**
     * The process that opened a file last, and the times in the file.
     *
     * @param processId its id; 0 if the first page is damaged.
     * @param alive whether it runs on this machine.
     * @param sameBoot whether the machine has not been started since.
     * @param layoutVersion the version of the layout of the segments.
     * @param changedMs the wall-clock time at which the state changed, in milliseconds since 1970.
     * @param epochMs the wall-clock time from which deadlines count, in milliseconds since 1970.
     */
    public record Origin(
            long processId,
            boolean alive,
            boolean sameBoot,
            int layoutVersion,
            long changedMs,
            long epochMs) {}

    /**
     * A segment of a file.
     *
     * @param entries the entries found, including expired ones.
     * @param withDeadline the entries with a deadline.
     * @param expired the entries whose deadline has passed.
     * @param pooledSlabs the slabs that belong to no size class.
     * @param unfinished whether a write was under way.
     * @param damage the first inconsistency; empty if there is none.
     * @param ages how old the entries are.
     */
    public record SegmentState(
            long entries,
            long withDeadline,
            long expired,
            int pooledSlabs,
            boolean unfinished,
            String damage,
            EntryAges ages) {}

    /**
     * A size class, in all segments.
     *
     * @param chunkBytes the length of a chunk.
     * @param slabs the slabs of the class.
     * @param entries the entries in them.
     * @param usedBytes the bytes that the entries use, headers included.
     */
    public record ClassState(int chunkBytes, int slabs, long entries, long usedBytes) {}

    /**
     * Copies the collections.
     *
     * @param file the file.
     * @param state the state of the file.
     * @param damage the first finding that keeps a cache from continuing with the file; empty if
     *     there is none.
     * @param fileBytes the length of the file.
     * @param origin the process that opened the file last, and the times in the file.
     * @param configuration the settings that decide what the file holds.
     * @param segments the segments, in order; empty if the first page is damaged.
     * @param sizeClasses the size classes, ascending; empty if the first page is damaged.
     */
    public CacheFileReport {
        configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
        segments = List.copyOf(segments);
        sizeClasses = List.copyOf(sizeClasses);
    }

    /**
     * Returns the number of entries in all segments.
     *
     * @return the sum, with expired entries.
     */
    public long entries() {
        return segments.stream().mapToLong(SegmentState::entries).sum();
    }

    /**
     * Returns how old the entries of all segments are.
     *
     * @return the sums; empty if the first page is damaged.
     */
    public Optional<EntryAges> ages() {
        return segments.stream().map(SegmentState::ages).reduce(EntryAges::plus);
    }
}
