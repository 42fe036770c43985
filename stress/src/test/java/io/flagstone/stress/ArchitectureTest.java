// SPDX-License-Identifier: Apache-2.0
package io.flagstone.stress;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.flagstone.stress.soak.SoakCycleFixture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks the dependencies between the packages of the stress module. */
@Tag("any-jdk")
class ArchitectureTest {
    private static final String ROOT = "io.flagstone.stress";

    /** The pattern starts above {@link #ROOT}, so that ROOT itself is a slice. */
    private static final ArchRule NO_CYCLES =
            slices().matching("io.flagstone.(**)").should().beFreeOfCycles();

    @Test
    void packagesHaveNoCycles() {
        final JavaClasses stress =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages(ROOT);
        NO_CYCLES.check(stress);
        assertThat(stress.stream().map(c -> c.getPackageName()).distinct())
                .containsExactlyInAnyOrder(
                        ROOT,
                        ROOT + ".cluster",
                        ROOT + ".crash",
                        ROOT + ".launcher",
                        ROOT + ".soak");
    }

    @Test
    void theRuleFindsACycle() {
        final JavaClasses cycle =
                new ClassFileImporter().importClasses(CycleFixture.class, SoakCycleFixture.class);
        assertThat(NO_CYCLES.evaluate(cycle).hasViolation()).isTrue();
    }
}
