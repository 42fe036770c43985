/** Frameworks and libraries that use JCache, over Flagstone's provider. */
package io.flagstone.jcache.clients;
