// SPDX-License-Identifier: Apache-2.0
package io.flagstone.replication;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.flagstone.testing.ClassShape;
import org.junit.jupiter.api.Test;

/** Classes know each other in one direction only, and methods are no wider than the engine's. */
class ShapeTest {
    private static final String CODECS = "io.flagstone.replication.codecs";

    private static final JavaClasses MODULE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.flagstone.replication");

    @Test
    void classesHaveNoCycles() {
        slices().assignedFrom(ClassShape.byClass(CODECS)).should().beFreeOfCycles().check(MODULE);
    }

    @Test
    void noMethodHasMoreThanEightParameters() {
        assertThat(
                        ClassShape.widerThan(
                                MODULE.that(JavaClass.Predicates.resideOutsideOfPackage(CODECS)),
                                ClassShape.MAX_PARAMETERS))
                .isEmpty();
    }
}
