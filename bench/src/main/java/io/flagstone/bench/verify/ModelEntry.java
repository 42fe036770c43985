// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import org.agrona.concurrent.UnsafeBuffer;

/** What the model knows of an entry, linked into the order of use of its segment. */
final class ModelEntry {
    final Object key;
    final int segment;
    final UnsafeBuffer value;
    long deadlineNs;
    ModelEntry older;
    ModelEntry newer;

    ModelEntry(Object key, int segment, byte[] value, long deadlineNs) {
        this.key = key;
        this.segment = segment;
        this.value = new UnsafeBuffer(value);
        this.deadlineNs = deadlineNs;
    }
}
