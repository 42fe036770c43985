// SPDX-License-Identifier: Apache-2.0
/**
 * The layout of an entry: {@link EntryDescriptor}. The mechanisms share it, so it has a package of
 * its own.
 */
package io.flagstone.internal.entry;
