// SPDX-License-Identifier: Apache-2.0
package io.flagstone.feed;

/** Takes the changes of a feed. */
@FunctionalInterface
public interface ChangeHandler {
    /**
     * Takes a change.
     *
     * @param change valid until this returns. The feed uses the same object again.
     */
    void onChange(Change change);
}
