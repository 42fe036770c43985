// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench.replicas;

import static org.assertj.core.api.Assertions.assertThat;

import io.flagstone.bench.replicas.Contents.Entry;
import io.flagstone.bench.verify.Differences;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A promoted replica is compared with the primary before and after the trade of its death. */
class RerunTest {
    private static final Entry SAME = new Entry(1, "aa", 100);
    private static final Entry EARLIER = new Entry(2, "bb", 100);
    private static final Entry LATER = new Entry(2, "cc", 200);
    private static final Entry GONE = new Entry(3, "dd", 300);
    private static final Rerun RERUN =
            new Rerun(
                    Map.of(1L, SAME, 2L, EARLIER, 3L, GONE), Map.of(1L, SAME, 2L, LATER), 50, 0, 0);

    private final Differences findings = new Differences();

    @Test
    void aStateBetweenTheTwoIsRight() {
        RERUN.compare(new Contents(List.of(SAME, EARLIER, GONE)), findings);
        RERUN.compare(new Contents(List.of(SAME, LATER)), findings);
        RERUN.compare(new Contents(List.of(SAME, new Entry(2, "cc", 100))), findings);

        assertThat(findings.counts()).isEmpty();
    }

    @Test
    void aForeignValueIsFound() {
        RERUN.compare(new Contents(List.of(SAME, new Entry(2, "ee", 200))), findings);

        assertThat(findings.counts()).containsOnlyKeys(Finding.FOREIGN_ENTRY);
    }

    @Test
    void aForeignDeadlineIsFound() {
        RERUN.compare(new Contents(List.of(SAME, new Entry(2, "cc", 201))), findings);

        assertThat(findings.counts()).containsOnlyKeys(Finding.FOREIGN_ENTRY);
    }

    @Test
    void aForeignKeyIsFound() {
        RERUN.compare(new Contents(List.of(SAME, LATER, new Entry(4, "aa", 100))), findings);

        assertThat(findings.counts()).containsOnlyKeys(Finding.FOREIGN_ENTRY);
    }

    @Test
    void aLostEntryIsFound() {
        RERUN.compare(new Contents(List.of(LATER)), findings);

        assertThat(findings.counts()).containsOnlyKeys(Finding.LOST_ENTRY);
        assertThat(findings.described()).hasSize(1).first().asString().contains("key=1");
    }

    @Test
    void aTradeThatIsMadeTwiceIsFound() {
        RERUN.compareResumed(new Contents(List.of(SAME, LATER)), 0, findings);
        assertThat(findings.counts()).isEmpty();

        RERUN.compareResumed(new Contents(List.of(SAME, new Entry(2, "ff", 200))), 0, findings);
        assertThat(findings.counts()).containsOnlyKeys(Finding.WRONG_RESUMPTION);
    }

    @Test
    void anEntryThatIsMissingAfterTheTradeNeedsAnEviction() {
        RERUN.compareResumed(new Contents(List.of(SAME)), 1, findings);
        assertThat(findings.counts()).isEmpty();

        RERUN.compareResumed(new Contents(List.of(SAME)), 0, findings);
        assertThat(findings.counts()).containsOnlyKeys(Finding.WRONG_RESUMPTION);
    }
}
