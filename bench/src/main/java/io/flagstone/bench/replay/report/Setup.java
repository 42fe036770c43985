// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay.report;

import java.util.List;

/**
 * The input and the settings of a replay, in words.
 *
 * @param input the name of the tape or trace.
 * @param step the name of its steps, in the plural.
 * @param timed whether the input has times; if not, each step takes a microsecond.
 * @param explanation what a step does and which requests it makes.
 * @param settings the settings of the input, in the order of the report. Those of the cache are in
 *     the result.
 */
public record Setup(
        String input, String step, boolean timed, String explanation, List<Setting> settings) {
    /**
     * One setting.
     *
     * @param name the name for people.
     * @param value the value for people.
     * @param key the name for programs, with its unit.
     * @param data the value for programs: a number, a truth value, a text, or null for none.
     */
    public record Setting(String name, String value, String key, Object data) {}
}
