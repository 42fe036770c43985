// SPDX-License-Identifier: Apache-2.0
/** The order of use: intrusive doubly-linked lists and the clock that stamps them. */
package io.flagstone.internal.recency;
