// SPDX-License-Identifier: Apache-2.0
/**
 * A cache's figures in a memory-mapped file that another process reads while the cache lives, and
 * after it has died.
 */
package io.flagstone.metrics;
