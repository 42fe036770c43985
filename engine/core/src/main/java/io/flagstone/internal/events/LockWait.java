// SPDX-License-Identifier: Apache-2.0
package io.flagstone.internal.events;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;

/** The event that a thread waited for a segment's lock. */
@Name("flagstone.LockWait")
@Label("Lock Wait")
@Description("A thread waited for a segment's lock")
@Threshold("20 us")
@StackTrace
public final class LockWait extends SegmentEvent {
    LockWait() {}

    /** Ends the wait and commits the event. */
    public void finish() {
        commit();
    }
}
