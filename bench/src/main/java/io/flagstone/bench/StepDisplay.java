// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows on a terminal how many steps are done, the current step and an estimate of the rest. */
final class StepDisplay implements AutoCloseable {
    private static final int UPDATE_MS = 500;

    private final ProgressBar bar;

    StepDisplay(String task) {
        bar =
                new ProgressBarBuilder()
                        .setTaskName(task)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(UPDATE_MS)
                        .setInitialMax(-1)
                        .clearDisplayOnFinish()
                        .build();
    }

    void next(int done, int all, String step) {
        bar.maxHint(all);
        bar.stepTo(done);
        bar.setExtraMessage(" " + step);
    }

    @Override
    public void close() {
        bar.close();
    }
}
