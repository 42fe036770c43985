// SPDX-License-Identifier: Apache-2.0
/** The parts of the clustered service: snapshots, clients, operations. Not API. */
package io.flagstone.cluster.internal;
