// SPDX-License-Identifier: Apache-2.0
/**
 * Replicas and journals of a cache over Aeron.
 *
 * <ul>
 *   <li>{@link io.flagstone.replication.CachePublisher} sends the changes of a cache. {@code
 *       MessageSender} and {@code Messages} write them.
 *   <li>{@link io.flagstone.replication.CacheReplica} applies them to another cache. {@code
 *       MessageReader} reads them, and {@code Follower} decides which are applied.
 *   <li>{@link io.flagstone.replication.CacheJournal} keeps a recording and checkpoints, and {@link
 *       io.flagstone.replication.JournalRecovery} makes a cache of them. {@code JournalReader}
 *       decides which recorded changes are applied.
 *   <li>{@code StatusWriter} and {@code StatusReader} are the way back, from replicas to a
 *       publisher.
 * </ul>
 */
package io.flagstone.replication;
