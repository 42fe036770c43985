// SPDX-License-Identifier: Apache-2.0
/** The layout of an entry, and nothing else. */
package io.flagstone.internal.entry;
