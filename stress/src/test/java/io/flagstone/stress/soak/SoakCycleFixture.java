// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress.soak;

import io.flagstone.stress.CycleFixture;

/** The other half of the package cycle of {@link CycleFixture}. */
public final class SoakCycleFixture {
    CycleFixture other;
}
