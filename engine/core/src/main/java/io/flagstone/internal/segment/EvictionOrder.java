// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.LruLists;
import java.util.BitSet;
import java.util.List;

/**
 * Chooses the entry to evict next: the least recently used entry of a size class or, with an
 * admission filter, the less used of two candidates.
 *
 * <p>Without a filter, this class only delegates to {@link LruLists}. With a filter, each class has
 * a second list, the window, which new entries enter. If the window is within its share, the last
 * entry of the main list is evicted. Otherwise the last entry of the window leaves the window. If
 * the main list is short of its own share, that entry moves to it, and the next one in the window
 * is the candidate. The candidate competes with the last entry of the main list: the one whose key
 * was used more often stays, in the main list, and the other is evicted. A mark among an entry's
 * links says which list the entry is in.
 *
 * <p>Guarded by the segment's lock, except where {@link LruLists} says otherwise. Allocates
 * nothing.
 */
final class EvictionOrder {
    private final Region region;
    private final LruLists lists;
    private final LruLists window;
    private final AdmissionFilter filter;

    EvictionOrder(Region region, SegmentConfig config) {
        final SegmentLayout layout = config.layout();
        final int classes = layout.classes().count();
        this.region = region;
        this.lists =
                new LruLists(
                        region,
                        SegmentDescriptor.RECENCY_CLOCK,
                        SegmentDescriptor.RECENCY,
                        classes,
                        config.promotionDistance());
        if (layout.isFiltered()) {
            this.window =
                    new LruLists(
                            region,
                            SegmentDescriptor.RECENCY_CLOCK,
                            layout.windowOffset(),
                            classes,
                            config.promotionDistance());
            this.filter = new AdmissionFilter(region, layout.filterOffset(), layout.maxEntries());
        } else {
            this.window = null;
            this.filter = null;
        }
    }

    /** Returns all lists: those of the classes, and those of the window if there is one. */
    List<LruLists> allLists() {
        return window == null ? List.of(lists) : List.of(lists, window);
    }

    LruLists lists() {
        return lists;
    }

    /** Returns the admission filter, or {@code null} if there is none. */
    AdmissionFilter filter() {
        return filter;
    }

    /** Empties the lists and resets the filter, whatever they hold. */
    void restart() {
        lists.restart();
        if (filter != null) {
            window.restart();
            filter.restart();
        }
    }

    /** Resets the filter. The lists and the filter have been zeroed before. */
    void layOut() {
        if (filter != null) {
            filter.layOut();
        }
    }

    /**
     * Adds an entry of a key that was absent.
     *
     * @param entries the number of entries in the segment.
     */
    void addNew(int entry, long entries) {
        if (filter == null) {
            add(entry);
        } else {
            filter.arrived(EntryDescriptor.hash(region, entry), entries);
            EntryDescriptor.inWindow(region, entry, true);
            window.addFirst(EntryDescriptor.sizeClass(region, entry), entry);
        }
    }

    /**
     * Adds an entry of a key that was absent, in the chunk of an entry that was to be evicted.
     *
     * @param entries the number of entries in the segment without this one.
     */
    void recycled(int entry, long entries) {
        if (filter == null) {
            lists.renew(EntryDescriptor.sizeClass(region, entry), entry);
        } else {
            remove(entry);
            addNew(entry, entries);
        }
    }

    /** Adds an entry of a key that is present. */
    void add(int entry) {
        EntryDescriptor.inWindow(region, entry, false);
        lists.addFirst(EntryDescriptor.sizeClass(region, entry), entry);
    }

    void remove(int entry) {
        listsOf(entry).remove(EntryDescriptor.sizeClass(region, entry), entry);
    }

    /** Updates the links after an entry was copied to another chunk. */
    void moved(int chunk) {
        listsOf(chunk).moved(chunk);
    }

    void moveToFirst(int entry) {
        listsOf(entry).moveToFirst(EntryDescriptor.sizeClass(region, entry), entry);
    }

    /**
     * Moves an entry that was used to the head of its list if it has fallen behind.
     *
     * @param entries the number of entries in the segment.
     * @return whether the entry moved.
     */
    boolean promote(int entry, long entries) {
        if (filter == null) {
            return lists.promote(entry);
        }
        filter.sketch().increment(region, EntryDescriptor.hash(region, entry));
        final LruLists of = listsOf(entry);
        final boolean late = of == lists && lists.isOld(entry, AdmissionFilter.LATE_DIVISOR);
        if (!of.promote(entry)) {
            return false;
        }
        if (late) {
            filter.hitLate(entries);
        }
        return true;
    }

    private LruLists listsOf(int entry) {
        return window != null && EntryDescriptor.inWindow(region, entry) ? window : lists;
    }

    /**
     * Returns the entry of a class to evict next. The class must have an entry, and the caller must
     * evict the returned one, because choosing it changes the lists and the filter.
     */
    int victim(int sizeClass) {
        if (filter == null) {
            return lists.last(sizeClass);
        }
        final int excess = window.size(sizeClass) - filter.windowOf(size(sizeClass));
        if (excess <= 0) {
            return last(sizeClass);
        }
        // The window's share is at least one entry, so at least one stays.
        if (lists.size(sizeClass) == 0 || excess > 1) {
            admit(sizeClass, window.last(sizeClass));
        }
        final int candidate = window.last(sizeClass);
        final int last = lists.last(sizeClass);
        final int hash = EntryDescriptor.hash(region, candidate);
        if (filter.isUsedMore(hash, EntryDescriptor.hash(region, last))) {
            admit(sizeClass, candidate);
            return last;
        }
        filter.rejected(hash);
        return candidate;
    }

    private void admit(int sizeClass, int entry) {
        window.remove(sizeClass, entry);
        add(entry);
    }

    /**
     * Returns the list that determines the age of a class: the window only if the main list is
     * empty.
     */
    private LruLists listsFor(int sizeClass) {
        return window != null && lists.size(sizeClass) == 0 ? window : lists;
    }

    /** Returns the least recently used entry of a class, which need not be the next to evict. */
    int last(int sizeClass) {
        return listsFor(sizeClass).last(sizeClass);
    }

    int size(int sizeClass) {
        return lists.size(sizeClass) + (window == null ? 0 : window.size(sizeClass));
    }

    /**
     * Returns the distance between the recency clock and the stamp of the last entry of a nonempty
     * class.
     */
    long lastAge(int sizeClass) {
        return listsFor(sizeClass).lastAge(sizeClass);
    }

    /** Returns an estimate of {@link #lastAge} if the class had that many entries fewer. */
    long ageWithout(int sizeClass, int entries) {
        final LruLists of = listsFor(sizeClass);
        return of.ageWithout(sizeClass, Math.min(entries, of.size(sizeClass)));
    }

    /** Returns the first class with entries that is not below the given one, or -1. */
    int nextNonempty(int from) {
        final int first = lists.nextNonempty(from);
        if (window == null) {
            return first;
        }
        final int second = window.nextNonempty(from);
        return first < 0 || second < 0 ? Math.max(first, second) : Math.min(first, second);
    }

    /**
     * Returns the class whose last entry is the least recently used of all. There must be an entry.
     */
    int oldestClass() {
        if (window == null) {
            return lists.oldestClass();
        }
        int oldest = -1;
        for (int c = nextNonempty(0); c >= 0; c = nextNonempty(c + 1)) {
            if (oldest < 0 || lastAge(c) > lastAge(oldest)) {
                oldest = c;
            }
        }
        return oldest;
    }

    /**
     * Checks all lists, which must hold exactly the live chunks: bit i stands for offset {@code 8 *
     * i}.
     */
    void audit(BitSet live) {
        if (window == null) {
            lists.audit(live);
            return;
        }
        final BitSet newcomers = new BitSet();
        live.stream()
                .filter(bit -> EntryDescriptor.inWindow(region, bit << 3))
                .forEach(newcomers::set);
        final BitSet others = (BitSet) live.clone();
        others.andNot(newcomers);
        lists.audit(others);
        window.audit(newcomers);
    }
}
