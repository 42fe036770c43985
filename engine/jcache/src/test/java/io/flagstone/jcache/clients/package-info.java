// SPDX-License-Identifier: Apache-2.0
/** Frameworks and libraries that use JCache, over Flagstone's provider. */
package io.flagstone.jcache.clients;
