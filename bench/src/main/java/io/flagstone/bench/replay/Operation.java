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

    /** Changes the time to live of an entry. */
    SET_TTL("setTtl");

    private final String title;

    Operation(String title) {
        this.title = title;
    }

    /**
     * Returns the name in reports.
     *
     * @return the name of the cache's method.
     */
    public String title() {
        return title;
    }
}
