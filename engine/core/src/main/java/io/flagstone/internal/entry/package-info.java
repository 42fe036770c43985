/** The layout of an entry, and nothing else. */
package io.flagstone.internal.entry;
