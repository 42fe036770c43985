// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;

/** A write or duty cycle that took back what had expired. */
@Name("flagstone.ExpiryRun")
@Label("Expiry Run")
@Description("A write or duty cycle reclaimed expired entries, or moved them within the wheel")
@Threshold("20 us")
public final class ExpiryRun extends SegmentEvent {
    @Label("Steps")
    @Description("Entries reclaimed or moved")
    int steps;

    ExpiryRun() {}

    /**
     * Ends the run.
     *
     * @param taken the steps taken.
     */
    public void finish(int taken) {
        end();
        if (shouldCommit()) {
            steps = taken;
            commit();
        }
    }
}
