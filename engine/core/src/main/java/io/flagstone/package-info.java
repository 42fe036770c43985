// SPDX-License-Identifier: Apache-2.0
/** The public face: the cache and its builder. */
package io.flagstone;
