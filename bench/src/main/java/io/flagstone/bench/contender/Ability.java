// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.contender;

/** What not every contender can do. */
public enum Ability {
    /** Writes entries. */
    WRITES("holds no entries of its own"),
    /** Tells that a key is absent. */
    MISSES("has no keys that could be absent"),
    /** Lets entries go when it is full. */
    EVICTS("never evicts"),
    /** Lets entries go when their time has come. */
    EXPIRES("has no time to live"),
    /** Reads many keys with one call. */
    BATCHES("has no call for many keys");

    private final String lack;

    Ability(String lack) {
        this.lack = lack;
    }

    /**
     * Why a contender without it is left out.
     *
     * @return half a sentence.
     */
    public String lack() {
        return lack;
    }
}
