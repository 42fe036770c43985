// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

/** A hash that spreads the bits of a number, so that neighbours look unrelated. */
public final class BitMixer {
    private BitMixer() {}

    /**
     * Mixes a number.
     *
     * @param number any number.
     * @return the mixed number; different numbers give different ones.
     */
    public static long mix(long number) {
        long mixed = (number ^ number >>> 32) * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 29) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }
}
