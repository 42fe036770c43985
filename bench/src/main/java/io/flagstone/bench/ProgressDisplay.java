// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import io.flagstone.bench.replay.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows the progress of a replay on a terminal, and removes it at the end. */
final class ProgressDisplay implements Progress, AutoCloseable {
    private static final int UPDATE_MS = 200;
    private static final long UNIT_BYTES = 1 << 10;

    private final ProgressBar bar;

    /** Shows bytes. */
    ProgressDisplay() {
        this(" KiB", UNIT_BYTES);
    }

    /** Shows another unit. */
    ProgressDisplay(String unit, long size) {
        bar =
                new ProgressBarBuilder()
                        .setTaskName("replay")
                        .setStyle(ProgressBarStyle.ASCII)
                        .setUpdateIntervalMillis(UPDATE_MS)
                        .setUnit(unit, size)
                        .setInitialMax(-1)
                        .clearDisplayOnFinish()
                        .build();
    }

    @Override
    public void at(long position, long length) {
        if (length > 0) {
            bar.maxHint(length);
        }
        bar.stepTo(position);
    }

    @Override
    public void close() {
        bar.close();
    }
}
