// SPDX-License-Identifier: Apache-2.0
/** The open-addressing index: the keyed hash, the bucket's layout and the probing over buckets. */
package io.flagstone.internal.index;
