// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

/** A member, in its process. It ends with the process. One thread uses it. */
interface Member {
    /** Returns whether this member leads. */
    boolean isLeader();

    /**
     * Reads what this member has applied, without asking another one.
     *
     * @param key the key.
     * @return the number of its value, or {@link NumberedValue#ABSENT}.
     */
    long number(long key);
}
