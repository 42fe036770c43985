// SPDX-License-Identifier: Apache-2.0
/** Chronicle Bytes for the Flagstone cache: codecs, and views of values in place. */
// Chronicle Bytes has no module descriptor; its name comes from its jar's manifest.
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.flagstone.chronicle {
    requires transitive chronicle.bytes;
    requires transitive io.flagstone.engine;

    exports io.flagstone.chronicle;
}
