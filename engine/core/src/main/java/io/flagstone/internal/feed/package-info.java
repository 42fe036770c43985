// SPDX-License-Identifier: Apache-2.0
/**
 * The ring of a cache's changes: {@link io.flagstone.internal.feed.ChangeRing} is the writers'
 * side, {@link io.flagstone.internal.feed.ChangeReader} the reader's, and {@link
 * io.flagstone.internal.feed.ChangeDescriptor} the layout of a record.
 */
package io.flagstone.internal.feed;
