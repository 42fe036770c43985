/** What the caller and the engine both name: callbacks, causes, reports and exceptions. */
package io.flagstone.api;
