// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.verify;

import org.agrona.concurrent.UnsafeBuffer;

/** The model's state of an entry, linked into its segment's order of use. */
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
