// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.segment;

import io.flagstone.internal.admission.AdmissionFilter;
import io.flagstone.internal.entry.EntryDescriptor;
import io.flagstone.internal.memory.Region;
import io.flagstone.internal.recency.LruLists;
import java.util.BitSet;

/**
 * Who leaves next: the least recently used entry of a size class or, where an admission filter is
 * on, the loser of two.
 *
 * <p>Without a filter this is the {@link LruLists} and nothing else. With one, each class has a
 * second list, the window, into which entries come. Room is then made thus: if the window is within
 * its share, the last of the main list leaves; otherwise the last of the window leaves it, for the
 * main list if that is short of its own share, or in place of its last if the key was used more
 * often, and else for good. An entry knows which list it is in by a mark among its links.
 *
 * <p>Guarded by the segment's lock, but for what {@link LruLists} says. Allocates nothing.
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

    LruLists lists() {
        return lists;
    }

    /** Null where there is none. */
    AdmissionFilter filter() {
        return filter;
    }

    /** Begins anew over zeroed lists and a zeroed filter. */
    void layOut() {
        if (filter != null) {
            filter.layOut();
        }
    }

    /** Adds an entry of a key that was absent from a segment with so many entries. */
    void addNew(int entry, long entries) {
        if (filter == null) {
            add(entry);
        } else {
            filter.arrived(EntryDescriptor.hash(region, entry), entries);
            EntryDescriptor.inWindow(region, entry, true);
            window.addFirst(EntryDescriptor.sizeClass(region, entry), entry);
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

    /** Links the copy of an entry in place of the entry. */
    void moved(int chunk) {
        listsOf(chunk).moved(chunk);
    }

    void moveToFirst(int entry) {
        listsOf(entry).moveToFirst(EntryDescriptor.sizeClass(region, entry), entry);
    }

    /**
     * Moves an entry that was used to the head of its list, if it has fallen behind.
     *
     * @param entries how many the segment has.
     * @return whether it moved.
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

    /** The entry of a class that is to leave, and then must; there must be one. */
    int victim(int sizeClass) {
        if (filter == null) {
            return lists.last(sizeClass);
        }
        final int excess = window.size(sizeClass) - filter.windowOf(size(sizeClass));
        if (excess <= 0) {
            return last(sizeClass);
        }
        // A window has at least one entry to itself, so one stays.
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

    /** The list whose last entry stands for a class: the window only where there is no other. */
    private LruLists listsFor(int sizeClass) {
        return window != null && lists.size(sizeClass) == 0 ? window : lists;
    }

    /** The least recently used entry of a class, whether or not it is to leave. */
    int last(int sizeClass) {
        return listsFor(sizeClass).last(sizeClass);
    }

    int size(int sizeClass) {
        return lists.size(sizeClass) + (window == null ? 0 : window.size(sizeClass));
    }

    /** How far the clock is past the stamp of the last entry of a class that has one. */
    long lastAge(int sizeClass) {
        return listsFor(sizeClass).lastAge(sizeClass);
    }

    /** What that would be without as many entries, about. */
    long ageWithout(int sizeClass, int entries) {
        final LruLists of = listsFor(sizeClass);
        return of.ageWithout(sizeClass, Math.min(entries, of.size(sizeClass)));
    }

    /** The first class with entries from a given one on, or -1. */
    int nextNonempty(int from) {
        final int first = lists.nextNonempty(from);
        if (window == null) {
            return first;
        }
        final int second = window.nextNonempty(from);
        return first < 0 || second < 0 ? Math.max(first, second) : Math.min(first, second);
    }

    /** The class whose last entry is the least recently used of all; there must be an entry. */
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

    /** Walks all lists, which must hold just the live chunks: bit i for offset {@code 8 * i}. */
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
