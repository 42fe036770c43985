// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

/**
 * The entries of one segment in the order of their last use. This is a list instead of a map in
 * access order, because the model also looks at entries without using them.
 */
final class UsageOrder {
    private ModelEntry oldest;
    private ModelEntry newest;

    ModelEntry oldest() {
        return oldest;
    }

    void add(ModelEntry entry) {
        entry.older = newest;
        entry.newer = null;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
    }

    void remove(ModelEntry entry) {
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        entry.older = null;
        entry.newer = null;
    }

    void use(ModelEntry entry) {
        if (entry != newest) {
            remove(entry);
            add(entry);
        }
    }
}
