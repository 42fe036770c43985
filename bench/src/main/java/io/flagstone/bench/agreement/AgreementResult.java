// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.agreement;

import java.util.List;
import java.util.Map;

/**
 * The result of a system.
 *
 * @param system the system.
 * @param settings the settings that the figures depend on.
 * @param figures the figures, in the order of the steps.
 * @param acknowledged the puts that were acknowledged in all rounds.
 * @param lost values that were not those of the last acknowledged put.
 * @param unequalMembers members that had not applied what the client had read, in all rounds.
 * @param described the first lost values.
 * @param failure why a round could not be measured, or null.
 */
public record AgreementResult(
        AgreementSystem system,
        Map<String, String> settings,
        List<AgreementFigure> figures,
        long acknowledged,
        long lost,
        long unequalMembers,
        List<String> described,
        String failure) {
    /**
     * Returns whether nothing was lost.
     *
     * @return false if a value was lost or a member was unequal.
     */
    public boolean isWhole() {
        return lost == 0 && unequalMembers == 0;
    }
}
