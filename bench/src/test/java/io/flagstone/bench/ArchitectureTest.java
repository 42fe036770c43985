// SPDX-License-Identifier: Apache-2.0
package io.flagstone.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Packages have no cycles and do not use the commands; {@code report} uses no other package. */
@Tag("any-jdk")
class ArchitectureTest {
    private static final String ROOT = "io.flagstone.bench";
    private static final JavaClasses BENCH =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(ROOT);

    @Test
    void packagesHaveNoCycles() {
        packagesAreFreeOfCycles(ROOT).check(BENCH);
        assertThat(BENCH.stream().map(JavaClass::getPackageName).distinct())
                .as("the rule sees every package")
                .contains(
                        ROOT + ".compare",
                        ROOT + ".growth",
                        ROOT + ".hitratio",
                        ROOT + ".latency",
                        ROOT + ".replay",
                        ROOT + ".replay.report",
                        ROOT + ".replicas",
                        ROOT + ".report");
    }

    @Test
    void theCycleRuleFindsTheCyclesOfALibrary() {
        final JavaClasses library =
                new ClassFileImporter()
                        .importPackages("org.openjdk.jmh.runner", "org.openjdk.jmh.results");
        assertThat(packagesAreFreeOfCycles("org.openjdk.jmh").evaluate(library).hasViolation())
                .isTrue();
    }

    @Test
    void noPackageUsesTheCommands() {
        packagesDoNotUse(ROOT).check(BENCH);
        assertThat(packagesDoNotUse(ROOT + ".report").evaluate(BENCH).hasViolation())
                .as("packages do use the report")
                .isTrue();
    }

    @Test
    void theReportUsesNoOtherPackage() {
        onlyUsesItself("report").check(BENCH);
        assertThat(onlyUsesItself("hitratio").evaluate(BENCH).hasViolation())
                .as("the hit ratio does use the report")
                .isTrue();
    }

    private static ArchRule packagesAreFreeOfCycles(String root) {
        return slices().matching(root + ".(**)").should().beFreeOfCycles();
    }

    private static ArchRule packagesDoNotUse(String name) {
        return noClasses()
                .that()
                .resideInAPackage(ROOT + ".*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(name);
    }

    private static ArchRule onlyUsesItself(String name) {
        return noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat(
                        JavaClass.Predicates.resideInAPackage(ROOT + "..")
                                .and(
                                        JavaClass.Predicates.resideOutsideOfPackage(
                                                ROOT + "." + name)));
    }
}
