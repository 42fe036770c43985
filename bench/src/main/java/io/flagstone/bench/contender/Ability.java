// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

/** An ability that only some contenders have. */
public enum Ability {
    /** Accepts writes. */
    WRITES("holds no entries of its own"),
    /** Reports that a key is absent. */
    MISSES("has no keys that could be absent"),
    /** Evicts entries when it is full. */
    EVICTS("never evicts"),
    /** Removes entries at the end of their time to live. */
    EXPIRES("has no time to live"),
    /** Reads many keys with one call. */
    BATCHES("has no call for many keys");

    private final String lack;

    Ability(String lack) {
        this.lack = lack;
    }

    /**
     * Returns why a contender without this ability is left out.
     *
     * @return the reason, half a sentence.
     */
    public String lack() {
        return lack;
    }
}
