// SPDX-License-Identifier: Apache-2.0
/** What the caller and the engine both name: callbacks, causes, reports and exceptions. */
package io.flagstone.api;
