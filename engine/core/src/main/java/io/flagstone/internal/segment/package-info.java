// SPDX-License-Identifier: Apache-2.0
/** The segment, in which lock, index, slabs, recency and expiry meet over one region. */
package io.flagstone.internal.segment;
