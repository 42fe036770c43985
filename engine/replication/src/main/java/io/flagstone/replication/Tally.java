// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import java.util.concurrent.atomic.AtomicLong;

/** A number that one thread changes and any thread reads. Needs no locked instruction. */
final class Tally {
    private final AtomicLong value = new AtomicLong();

    void add(long amount) {
        value.setRelease(value.getPlain() + amount);
    }

    void set(long amount) {
        value.setRelease(amount);
    }

    long get() {
        return value.getAcquire();
    }
}
