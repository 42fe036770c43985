// SPDX-License-Identifier: Apache-2.0
/** How long a cache with a directory takes to begin, in relation to filling it again. */
package io.flagstone.bench.restart;
