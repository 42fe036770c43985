// SPDX-License-Identifier: Apache-2.0
/** Micrometer meters of a Flagstone cache. */
// Micrometer has no module descriptor; its name comes from its jar's manifest.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.micrometer {
    requires transitive io.flagstone.engine;
    requires transitive micrometer.core;

    exports io.flagstone.micrometer;
}
