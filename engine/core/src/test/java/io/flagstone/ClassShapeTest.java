// SPDX-License-Identifier: Apache-2.0
package io.flagstone;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static io.flagstone.testing.ClassShape.MAX_PARAMETERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.flagstone.testing.ClassShape;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits on what a class of the engine may look like. */
@Tag("any-jdk")
class ClassShapeTest {
    private static final JavaClasses ENGINE =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.flagstone");

    @Test
    void internalClassesHaveNoCycles() {
        final JavaClasses internal =
                ENGINE.that(JavaClass.Predicates.resideInAPackage("io.flagstone.internal.."));
        assertThat(internal).hasSizeGreaterThan(50);
        slices().assignedFrom(ClassShape.byClass()).should().beFreeOfCycles().check(internal);
        final JavaClasses builder =
                new ClassFileImporter().importClasses(CacheBuilder.class, OffHeapCache.class);
        assertThat(
                        slices().assignedFrom(ClassShape.byClass())
                                .should()
                                .beFreeOfCycles()
                                .evaluate(builder)
                                .hasViolation())
                .as("a builder and what it builds are a cycle")
                .isTrue();
    }

    @Test
    void noMethodHasMoreThanEightParameters() {
        assertThat(ClassShape.widerThan(ENGINE, MAX_PARAMETERS)).isEmpty();
        assertThat(ClassShape.widerThan(ENGINE, MAX_PARAMETERS - 1))
                .as("the limit is used")
                .isNotEmpty();
    }
}
