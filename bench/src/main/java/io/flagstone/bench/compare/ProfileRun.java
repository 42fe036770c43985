// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.compare;

import io.flagstone.bench.contender.ContenderType;
import io.flagstone.bench.fork.ForkFailedException;
import io.flagstone.bench.fork.StepListener;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs each measurement of each contender once more, in a JVM of its own that samples methods. */
public final class ProfileRun {
    private final ComparePlan plan;
    private final StepListener progress;

    /**
     * Creates a run. Starts no JVM.
     *
     * @param plan the plan of the measurement; its rounds and its time limit are not used.
     * @param progress is told of each JVM.
     */
    public ProfileRun(ComparePlan plan, StepListener progress) {
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Profiles everything that can be measured.
     *
     * @return a profile for each measurement, scale and contender, in this order.
     * @throws IOException if a JVM cannot be started.
     * @throws InterruptedException if the thread is interrupted.
     */
    public List<Profile> run() throws IOException, InterruptedException {
        final List<Profile> profiles = new ArrayList<>();
        final int all = plan.profileForecast().jvms();
        for (final Measurement measurement : plan.measurements()) {
            for (final Scale scale : plan.scales()) {
                for (final ContenderType type : plan.types()) {
                    if (plan.measurements(type).contains(measurement)) {
                        progress.next(profiles.size(), all, "profile of " + type.title());
                        profiles.add(profile(measurement, type, scale));
                    }
                }
            }
        }
        return profiles;
    }

    private Profile profile(Measurement measurement, ContenderType type, Scale scale)
            throws IOException, InterruptedException {
        try {
            final CompareFork.Reply reply =
                    new CompareJvm(type, scale, List.of(measurement), plan.pace(), true)
                            .run()
                            .get(measurement);
            return new Profile(measurement, type, scale, reply.methods(), reply.failure());
        } catch (ForkFailedException failure) {
            return new Profile(measurement, type, scale, null, failure.getMessage());
        }
    }
}
