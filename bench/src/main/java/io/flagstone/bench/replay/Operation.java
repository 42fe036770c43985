// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replay;

/** The operations of the cache that a replay measures. */
public enum Operation {
    /** Reads a value into a buffer. */
    GET("get"),

    /** Changes a value in place. */
    UPDATE("update"),

    /** Writes a value. */
    PUT("put"),

    /** Gives an entry another time to live. */
    SET_TTL("setTtl");

    private final String title;

    Operation(String title) {
        this.title = title;
    }

    /**
     * The method's name.
     *
     * @return as in the cache's interface.
     */
    public String title() {
        return title;
    }
}
