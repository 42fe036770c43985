// SPDX-License-Identifier: Apache-2.0
/** Replicas of a cache over Aeron. */
package io.flagstone.replication;
