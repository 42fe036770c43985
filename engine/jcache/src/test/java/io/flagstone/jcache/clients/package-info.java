// SPDX-License-Identifier: Apache-2.0
/** Tests of frameworks and libraries that use JCache, with Flagstone's provider. */
package io.flagstone.jcache.clients;
