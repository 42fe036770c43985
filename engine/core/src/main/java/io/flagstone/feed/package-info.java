// SPDX-License-Identifier: Apache-2.0
/**
 * The feed of a cache's changes, and the cache that follows one.
 *
 * <p>A cache that is built with {@link io.flagstone.CacheBuilder#changeFeedBytes} records every
 * change of its state in a bounded ring, from which one thread takes the changes in their order:
 * {@link io.flagstone.feed.ChangeFeed}. A cache that is built with {@link
 * io.flagstone.CacheBuilder#follower} holds what a feed tells it, and refuses other writes: {@link
 * io.flagstone.feed.ChangeApplier}.
 */
package io.flagstone.feed;
