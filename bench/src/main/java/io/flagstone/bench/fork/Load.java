// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.fork;

import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;

/** The highest load average of the machine during a run. */
public final class Load {
    private final DoubleSupplier average;
    private double highest;

    /** Begins with the load of now. */
    public Load() {
        this(ManagementFactory.getOperatingSystemMXBean()::getSystemLoadAverage);
    }

    Load(DoubleSupplier average) {
        this.average = average;
        this.highest = average.getAsDouble();
    }

    /** Looks at the load of now. */
    public void sample() {
        highest = Math.max(highest, average.getAsDouble());
    }

    /**
     * Returns the highest load that was seen, including that of now.
     *
     * @return the load average of a minute, negative if the system has none.
     */
    public double highest() {
        sample();
        return highest;
    }
}
