// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import io.flagstone.stress.soak.SoakCycleFixture;

/** One half of a package cycle, for {@link ArchitectureTest}. */
public final class CycleFixture {
    SoakCycleFixture other;
}
