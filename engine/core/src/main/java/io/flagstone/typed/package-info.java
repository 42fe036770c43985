// SPDX-License-Identifier: Apache-2.0
/** A cache of objects: keys and values go through codecs into the engine's bytes and back. */
package io.flagstone.typed;
