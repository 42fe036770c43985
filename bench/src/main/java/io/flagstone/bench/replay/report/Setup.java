// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import java.util.List;

/**
 * What was replayed and how, in words.
 *
 * @param input the tape or trace.
 * @param step what one step of it is, as a plural.
 * @param timed whether the input bears times; without, a microsecond stands for a step.
 * @param settings the settings, in the order to be shown.
 */
public record Setup(String input, String step, boolean timed, List<Setting> settings) {
    /**
     * One setting.
     *
     * @param name what it is.
     * @param value how it was set.
     */
    public record Setting(String name, String value) {}
}
