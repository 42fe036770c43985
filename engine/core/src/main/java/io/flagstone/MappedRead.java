// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

/** The kinds of a read whose destination is mapped memory. */
enum MappedRead {
    /** A use. */
    GET,
    /** A use, after which the entry is removed if it still has the value. */
    GET_AND_REMOVE,
    /** No use. */
    PEEK
}
